//! The node as a client sees it: alloy over HTTP against a node of its own for every test.

mod blocks;
mod calls;
mod contract;
mod hostile;
mod logs;
mod setup;
mod state;
mod stylus;
mod time;
mod transactions;
mod websocket;
