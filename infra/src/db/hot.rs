//! Statements in our own words that are prepared once: diesel prepares its `sql_query` anew each
//! time, which on PostgreSQL is a second round trip and on SQLite most of what a look-up costs.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// A statement built of fixed text and values in between. The text must not depend on data.
pub(crate) struct Hot<'a, DB: Backend> {
    pieces: Vec<Piece<'a, DB>>,
}

enum Piece<'a, DB: Backend> {
    Sql(&'static str),
    Value(Box<dyn QueryFragment<DB> + 'a>),
}

impl<'a, DB: Backend> Hot<'a, DB> {
    pub(crate) fn sql(text: &'static str) -> Self {
        Self {
            pieces: vec![Piece::Sql(text)],
        }
    }

    /// A value and the text after it.
    pub(crate) fn bind<ST, T>(mut self, value: T, then: &'static str) -> Self
    where
        ST: 'a,
        T: ToSql<ST, DB> + 'a,
        DB: HasSqlType<ST>,
    {
        let value = Value {
            value,
            kind: PhantomData::<ST>,
        };
        self.pieces.push(Piece::Value(Box::new(value)));
        self.pieces.push(Piece::Sql(then));
        self
    }
}

struct Value<ST, T> {
    value: T,
    kind: PhantomData<ST>,
}

impl<DB, ST, T> QueryFragment<DB> for Value<ST, T>
where
    DB: Backend + HasSqlType<ST>,
    T: ToSql<ST, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_bind_param::<ST, T>(&self.value)
    }
}

impl<DB: Backend> QueryFragment<DB> for Hot<'_, DB> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Sql(text) => pass.push_sql(text),
                Piece::Value(value) => value.walk_ast(pass.reborrow())?,
            }
        }
        Ok(())
    }
}

/// Kept by its text.
impl<DB: Backend> QueryId for Hot<'_, DB> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend> Query for Hot<'_, DB> {
    type SqlType = Untyped;
}

impl<DB: Backend, C> diesel::RunQueryDsl<C> for Hot<'_, DB> {}

/// Runs a statement on whichever database it is; it is put together for each of them.
macro_rules! on_either {
    ($conn:expr, $run:ident, $statement:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite(lite) => $statement.$run(lite),
            $crate::db::Conn::Postgres(pg) => $statement.$run(pg),
        }
    };
}
pub(crate) use on_either;
