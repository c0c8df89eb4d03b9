//! Chance that can be repeated: SplitMix64 from a seed.

/// Names the seed of a campaign; without it each run has another.
const SEED: &str = "MOTCUA_FAULT_SEED";

/// Random numbers of no cryptographic worth.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The seed of the environment, or a fresh one.
    pub fn seed() -> u64 {
        match std::env::var(SEED) {
            Ok(text) => text.parse().expect("MOTCUA_FAULT_SEED is a number"),
            Err(_) => u64::from_le_bytes(infra::ids::random_bytes()),
        }
    }

    /// One of several streams of the same seed.
    pub fn of(seed: u64, stream: u64) -> Self {
        let mut dice = Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
