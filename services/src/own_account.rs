//! own_account
