//! How much a WebSocket may have pending.
//!
//! jsonrpsee starts a task for every message and reads on. A client that asks and never reads would
//! make the node keep all it asks and all it is answered. So each connection has a [`Flow`], which is
//! told of everything that enters and leaves, and stops what would be too much:
//!
//! - Of the calls at most [`CALLS`] are at work or wait with their answers in hand; and they wait
//!   until what was answered before has been written to the socket, but for [`UNSENT`] bytes.
//! - The socket isn't read while it takes no more answers, nor beyond [`WINDOW`] bytes that are not
//!   worked off. The client notices by its own socket, as it would over HTTP.
//! - What is no call is answered with an error past all this. So every message is taken for
//!   [`NONSENSE`] bytes to be written until it turns out to be a call, and of those only [`OWED`] may
//!   be owed.
//!
//! That nothing waits forever in a connection whose client reads rests on this: no call waits for
//! another.

use std::{
    io::Result,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How many calls of a WebSocket are at work, or have an answer in hand that cannot be sent yet.
///
/// A batch is as many as there are in it, so that a large one is alone.
const CALLS: u32 = 4;

/// How many bytes of answers may be on their way to the socket, or else one answer.
///
/// Not more, since the shortest answers are many, and the task of each is longer than itself.
const UNSENT: u32 = 256 << 10;

/// How many bytes are read ahead of the work.
const WINDOW: usize = 256 << 10;

/// The bytes of the answer to what is no call, or a little less.
const NONSENSE: usize = 64;

/// How many bytes may be owed in answers to what is no call.
const OWED: usize = 64 << 10;

/// What is pending in a connection.
#[derive(Debug)]
pub(super) struct Flow {
    calls: Semaphore,
    unsent: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The messages that are worked on, and one for the WebSocket itself; none over plain HTTP.
    tickets: usize,
    /// The bytes read since all messages were worked off.
    read: usize,
    /// The bytes of answers not written yet.
    unsent: usize,
    /// The bytes to be written for messages that are no calls, as far as is known.
    owed: usize,
    /// The socket takes no more.
    stuck: bool,
    /// The client is gone, and nothing will be written any more; reading tells so.
    broken: bool,
    /// Who waits to read.
    reader: Option<Waker>,
}

impl State {
    fn may_read(&self) -> bool {
        match self.tickets {
            0 => true,
            _ if self.broken => true,
            1 => !self.stuck && self.owed < OWED,
            _ => !self.stuck && self.owed < OWED && self.read < WINDOW,
        }
    }

    /// So many bytes are written at once; returns how many of them were of answers to calls.
    fn sent(&mut self, bytes: usize) -> usize {
        let of_calls = bytes.min(self.unsent);
        self.unsent -= of_calls;
        // One short message is written at once, and pays for itself only.
        self.owed = self.owed.saturating_sub((bytes - of_calls).min(NONSENSE));
        of_calls
    }

    fn wake_reader(&mut self) {
        if self.may_read()
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            calls: Semaphore::new(CALLS as usize),
            unsent: Semaphore::new(UNSENT as usize),
            state: Mutex::default(),
        }
    }
}

impl Flow {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message is no nonsense.
    pub(super) fn sensible(&self) {
        let mut state = self.state();
        state.owed = state.owed.saturating_sub(NONSENSE);
        state.wake_reader();
    }

    /// Waits until so many calls more may work; they may until what is returned is dropped.
    pub(super) async fn begin(&self, calls: usize) -> SemaphorePermit<'_> {
        let calls = u32::try_from(calls).unwrap_or(CALLS).min(CALLS);
        self.calls.acquire_many(calls).await.expect("it is never closed")
    }

    /// Waits until an answer of `bytes` may be sent, and takes it for sent.
    pub(super) async fn answer(&self, bytes: usize) {
        // One that is longer than all that may be unsent goes alone.
        let bytes = u32::try_from(bytes).unwrap_or(UNSENT).min(UNSENT);
        self.unsent.acquire_many(bytes).await.expect("it is never closed").forget();
        self.state().unsent += bytes as usize;
    }

    /// Waits until more may be read.
    pub(super) fn poll_read(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if !state.may_read() {
            state.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if state.tickets <= 1 {
            state.read = 0;
        }
        Poll::Ready(())
    }

    /// So many bytes have been read.
    pub(super) fn read(&self, bytes: usize) {
        self.state().read += bytes;
    }

    /// What came of writing.
    ///
    /// What was written may be something else than an answer, such as news for a subscriber. Then
    /// answers count as written that are behind it in the queue: few, as the queue is short.
    pub(super) fn wrote(&self, written: &Poll<Result<usize>>) {
        let mut state = self.state();
        state.stuck = written.is_pending();
        match written {
            Poll::Ready(Ok(bytes)) => self.unsent.add_permits(state.sent(*bytes)),
            Poll::Ready(Err(_)) => state.broken = true,
            Poll::Pending => return,
        }
        state.wake_reader();
    }
}

/// Goes with a message as long as it is worked on.
///
/// jsonrpsee copies what is attached to the request that opens a WebSocket: once for the WebSocket,
/// from that for every message on it, and from those for every call in a message.
#[derive(Debug)]
pub(super) struct Ticket {
    flow: Arc<Flow>,
    /// How many copies lie between the request and this.
    copy: u32,
}

impl Ticket {
    /// The copy that goes with a message.
    const MESSAGE: u32 = 2;

    /// For the request that opens a WebSocket.
    pub(super) fn new(flow: Arc<Flow>) -> Self {
        Self::issue(flow, 0)
    }

    fn issue(flow: Arc<Flow>, copy: u32) -> Self {
        let mut state = flow.state();
        state.tickets += 1;
        if copy == Self::MESSAGE {
            state.owed += NONSENSE;
        }
        drop(state);
        Self { flow, copy }
    }
}

impl Clone for Ticket {
    fn clone(&self) -> Self {
        Self::issue(Arc::clone(&self.flow), self.copy + 1)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.flow.state();
        state.tickets -= 1;
        state.wake_reader();
    }
}
