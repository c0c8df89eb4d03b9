//! Dossiers: the actions and what is read of them.
