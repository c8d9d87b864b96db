//! The latest values, by key. The oldest ones are removed when there are too many.

use std::collections::{HashMap, VecDeque};

/// This many are kept.
const KEEP: usize = 10_000;

/// Values with a time or number of uses, which their owners check.
pub struct Latest<V> {
    values: HashMap<String, V>,
    by_age: VecDeque<String>,
}

impl<V> Default for Latest<V> {
    fn default() -> Self {
        Self {
            values: HashMap::new(),
            by_age: VecDeque::new(),
        }
    }
}

impl<V> Latest<V> {
    /// Adds a value under a new key.
    pub fn insert(&mut self, key: String, value: V) {
        self.by_age.push_back(key.clone());
        self.values.insert(key, value);
        while self.by_age.len() > KEEP {
            if let Some(oldest) = self.by_age.pop_front() {
                self.values.remove(&oldest);
            }
        }
    }

    pub fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    pub fn remove(&mut self, key: &str) -> Option<V> {
        self.values.remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_values_are_removed() {
        let mut latest = Latest::default();
        for number in 0..KEEP + 2 {
            latest.insert(number.to_string(), number);
        }
        assert_eq!((latest.get("1"), latest.get("2")), (None, Some(&2)));
        assert_eq!(latest.values.len(), KEEP);
    }
}
