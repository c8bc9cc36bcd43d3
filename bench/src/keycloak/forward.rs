//! A way for Java to Postgres: it knows no sockets of the file system, and the measured Postgres nothing else.

use crate::database::Database;
use anyhow::Result;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

/// Opens a port of the loopback address that leads to the measured Postgres, until this program ends.
pub(super) fn open(database: &Database) -> Result<u16> {
    forward(socket(database)?)
}

fn socket(database: &Database) -> Result<PathBuf> {
    let folder = database.ask("show unix_socket_directories")?;
    // Quoted, because a folder may have a comma in its name.
    Ok(Path::new(folder.trim_matches('"')).join(format!(".s.PGSQL.{}", database.ask("show port")?)))
}

fn forward(socket: PathBuf) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for visitor in listener.incoming().flatten() {
            if let Ok(postgres) = UnixStream::connect(&socket) {
                join(visitor, postgres);
            }
        }
    });
    Ok(port)
}

/// Passes on what either side says until it stops.
fn join(visitor: TcpStream, postgres: UnixStream) {
    let (Ok(to_visitor), Ok(to_postgres)) = (visitor.try_clone(), postgres.try_clone()) else { return };
    let pass = |mut from: Box<dyn io::Read + Send>, mut to: Box<dyn io::Write + Send>| {
        thread::spawn(move || io::copy(&mut from, &mut to));
    };
    let _ = visitor.set_nodelay(true);
    pass(Box::new(visitor), Box::new(to_postgres));
    pass(Box::new(postgres), Box::new(to_visitor));
}
