//! Statements in our own words that are prepared once: diesel prepares its `sql_query` anew each
//! time, which on PostgreSQL is a second round trip and on SQLite most of what a look-up costs.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// A statement built of fixed text and values in between. The text must not depend on data. It is
/// known by its text, or by the type `Q` where it has a [`name`](Hot::known_as) of its own. Its
/// columns are found by their names, or are `ST` [in order](Hot::in_order).
pub(crate) struct Hot<'a, DB: Backend, Q = ByText, ST = Untyped> {
    pieces: Vec<Piece<'a, DB>>,
    name: PhantomData<(Q, ST)>,
}

/// Of a statement without a name of its own.
pub(crate) enum ByText {}

/// By what a statement is known.
pub(crate) trait Name: 'static {
    const OWN: bool = true;
}

impl Name for ByText {
    const OWN: bool = false;
}

enum Piece<'a, DB: Backend> {
    Sql(&'static str),
    Value(Box<dyn QueryFragment<DB> + 'a>),
}

impl<'a, DB: Backend> Hot<'a, DB> {
    pub(crate) fn sql(text: &'static str) -> Self {
        Self {
            pieces: vec![Piece::Sql(text)],
            name: PhantomData,
        }
    }
}

impl<'a, DB: Backend, Q, ST> Hot<'a, DB, Q, ST> {
    /// Says what its columns are, in their order: to find each by its name takes longer.
    pub(crate) fn in_order<Columns>(self) -> Hot<'a, DB, Q, Columns> {
        Hot {
            pieces: self.pieces,
            name: PhantomData,
        }
    }

    /// Gives it a name, which is found sooner than its text: for what runs thousands of times a
    /// second. No other statement may have it.
    pub(crate) fn known_as<N: Name>(self) -> Hot<'a, DB, N, ST> {
        Hot {
            pieces: self.pieces,
            name: PhantomData,
        }
    }

    /// A value and the text after it.
    pub(crate) fn bind<VT, T>(mut self, value: T, then: &'static str) -> Self
    where
        VT: 'a,
        T: ToSql<VT, DB> + 'a,
        DB: HasSqlType<VT>,
    {
        let value = Value {
            value,
            kind: PhantomData::<VT>,
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

impl<DB: Backend, Q: Name, ST> QueryFragment<DB> for Hot<'_, DB, Q, ST> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        #[cfg(debug_assertions)]
        self.has_its_name_alone();
        for piece in &self.pieces {
            match piece {
                Piece::Sql(text) => pass.push_sql(text),
                Piece::Value(value) => value.walk_ast(pass.reborrow())?,
            }
        }
        Ok(())
    }
}

#[cfg(debug_assertions)]
impl<DB: Backend, Q: Name, ST> Hot<'_, DB, Q, ST> {
    /// Two texts under one name would run the one for the other.
    fn has_its_name_alone(&self) {
        use std::any::{TypeId, type_name};
        use std::collections::HashMap;
        use std::sync::{LazyLock, Mutex, PoisonError};
        type Texts = HashMap<(TypeId, &'static str), String>;
        static TEXTS: LazyLock<Mutex<Texts>> = LazyLock::new(Mutex::default);
        if !Q::OWN {
            return;
        }
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Sql(text) => *text,
            Piece::Value(_) => "?",
        });
        let text: String = texts.collect();
        let mut known = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (TypeId::of::<Q>(), type_name::<DB>());
        let first = known.entry(key).or_insert_with(|| text.clone());
        assert_eq!(
            *first,
            text,
            "two statements are known as {}",
            type_name::<Q>()
        );
    }
}

impl<DB: Backend, Q: Name, ST> QueryId for Hot<'_, DB, Q, ST> {
    type QueryId = Q;
    const HAS_STATIC_QUERY_ID: bool = Q::OWN;
}

impl<DB: Backend, Q, ST> Query for Hot<'_, DB, Q, ST> {
    type SqlType = ST;
}

impl<DB: Backend, C, Q, ST> diesel::RunQueryDsl<C> for Hot<'_, DB, Q, ST> {}

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

/// Gives a statement a name that no other can have, being of this place in the text.
macro_rules! named {
    ($statement:expr) => {{
        enum Here {}
        impl $crate::db::hot::Name for Here {}
        $statement.known_as::<Here>()
    }};
}
pub(crate) use named;
