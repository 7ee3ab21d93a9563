//! A hash map whose clones share what they have in common.
//!
//! The chain keeps the state after each of its last blocks, and every call may change a state of its
//! own. With an ordinary map each of these would be a copy of everything; here a clone is one pointer,
//! and a write copies only the path to the entry it touches.
//!
//! It is a trie over the bits of the key's hash, sixteen ways wide. Leaves hold a few entries and split
//! when they grow; nothing is ever merged again, since a state rarely shrinks.

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Arc, LazyLock},
};

/// Bits of the hash that choose a branch's child.
const BITS: u32 = 4;
/// Children of a branch.
const WIDTH: usize = 1 << BITS;
/// Branches on a path, after which the hash has no bits left and leaves just grow.
const MAX_DEPTH: u32 = u64::BITS / BITS;
/// Entries of a leaf before it splits.
const LEAF: usize = 8;

/// Random for every process, so that nobody can prepare keys that collide.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A map that is cheap to clone. See the [module](self).
#[derive(Clone)]
pub struct Map<K, V> {
    root: Arc<Node<K, V>>,
    len: usize,
}

#[derive(Clone)]
enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Box<[Arc<Self>; WIDTH]>),
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { root: Arc::default(), len: 0 }
    }
}

impl<K, V> Default for Node<K, V> {
    fn default() -> Self {
        Self::Leaf(Vec::new())
    }
}

impl<K, V> Map<K, V> {
    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Every entry, in no particular order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { nodes: vec![&self.root], entries: [].iter() }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Map<K, V> {
    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        let (mut node, mut path) = (&*self.root, hash(key));
        loop {
            match node {
                Node::Leaf(entries) => {
                    return entries.iter().find(|(known, _)| known == key).map(|(_, value)| value);
                }
                Node::Branch(children) => node = &children[turn(path)],
            }
            path >>= BITS;
        }
    }

    /// Puts a value under a key.
    pub fn insert(&mut self, key: K, value: V) {
        let path = hash(&key);
        let leaf = leaf(&mut self.root, path, true);
        match leaf.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => {
                leaf.push((key, value));
                self.len += 1;
            }
        }
    }

    /// The value under a key, to be changed; the default is put there if there was none.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if self.get(&key).is_none() {
            self.insert(key.clone(), V::default());
        }
        let leaf = leaf(&mut self.root, hash(&key), false);
        let entry = leaf.iter_mut().find(|(known, _)| *known == key);
        &mut entry.expect("the entry has just been found or made").1
    }

    /// Takes away what is under a key.
    pub fn remove(&mut self, key: &K) {
        if self.get(key).is_some() {
            leaf(&mut self.root, hash(key), false).retain(|(known, _)| known != key);
            self.len -= 1;
        }
    }
}

/// The leaf at the end of `path`, copied free of what others share. `grows` makes room in it.
fn leaf<K: Hash + Clone, V: Clone>(
    root: &mut Arc<Node<K, V>>,
    mut path: u64,
    grows: bool,
) -> &mut Vec<(K, V)> {
    let (mut node, mut depth) = (Arc::make_mut(root), 0);
    loop {
        if let Node::Leaf(entries) = node
            && grows
            && entries.len() >= LEAF
            && depth < MAX_DEPTH
        {
            *node = split(std::mem::take(entries), depth);
        }
        match node {
            Node::Leaf(entries) => return entries,
            Node::Branch(children) => node = Arc::make_mut(&mut children[turn(path)]),
        }
        path >>= BITS;
        depth += 1;
    }
}

/// A branch with the entries of a leaf that was `depth` branches away from the root.
fn split<K: Hash, V>(entries: Vec<(K, V)>, depth: u32) -> Node<K, V> {
    let mut leaves: [Vec<(K, V)>; WIDTH] = Default::default();
    for (key, value) in entries {
        let path = hash(&key) >> (depth * BITS);
        leaves[turn(path)].push((key, value));
    }
    Node::Branch(Box::new(leaves.map(|leaf| Arc::new(Node::Leaf(leaf)))))
}

fn hash(key: &impl Hash) -> u64 {
    HASHER.hash_one(key)
}

/// Which child a path leads to.
fn turn(path: u64) -> usize {
    path as usize % WIDTH
}

/// The entries of a [`Map`].
pub struct Iter<'a, K, V> {
    nodes: Vec<&'a Arc<Node<K, V>>>,
    entries: std::slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.entries.next() {
                return Some((key, value));
            }
            match &**self.nodes.pop()? {
                Node::Leaf(entries) => self.entries = entries.iter(),
                Node::Branch(children) => self.nodes.extend(children.iter()),
            }
        }
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        entries.into_iter().for_each(|(key, value)| map.insert(key, value));
        map
    }
}

impl<K: Hash + Eq + Clone, V: Clone + PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Hash + Eq + Clone, V: Clone + Eq> Eq for Map<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K, V> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const MANY: u64 = 5_000;

    #[test]
    fn it_holds_what_an_ordinary_map_holds() {
        let (mut map, mut model) = (Map::default(), HashMap::new());
        for step in 0..MANY {
            let key = step * 7_919 % (MANY / 2);
            if step % 3 == 0 {
                map.remove(&key);
                model.remove(&key);
            } else {
                map.insert(key, step);
                model.insert(key, step);
            }
        }
        assert_eq!(map.len(), model.len());
        assert_eq!(map.iter().map(|(k, v)| (*k, *v)).collect::<HashMap<_, _>>(), model);
        assert!((0..MANY).all(|key| map.get(&key) == model.get(&key)));
    }

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut map: Map<u64, u64> = (0..MANY).map(|key| (key, key)).collect();
        let before = map.clone();
        map.insert(17, 0);
        map.remove(&18);
        *map.entry(19) += 1;
        assert!((0..MANY).all(|key| before.get(&key) == Some(&key)));
        assert_eq!((map.get(&17), map.get(&18), map.get(&19)), (Some(&0), None, Some(&20)));
        assert_ne!(map, before);
    }

    /// All keys of this type have one hash.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct Colliding(u64);

    impl Hash for Colliding {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            0.hash(state);
        }
    }

    #[test]
    fn keys_of_one_hash_are_still_told_apart() {
        let map: Map<_, _> = (0..100).map(|key| (Colliding(key), key)).collect();
        assert!((0..100).all(|key| map.get(&Colliding(key)) == Some(&key)));
    }
}
