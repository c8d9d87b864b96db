//! Phrases of random words, for codes that people read aloud.

use crate::encoding::random_below;

/// 256 short, common words: 8 bits each.
const WORDS: [&str; 256] = [
    "acid", "acorn", "actor", "album", "alley", "amber", "angle", "ankle", "apple", "april",
    "apron", "arena", "arrow", "atlas", "attic", "autumn", "bacon", "badge", "baker", "balcony",
    "bamboo", "banjo", "barn", "basil", "basket", "beach", "beacon", "beard", "berry", "bicycle",
    "birch", "bishop", "blanket", "blossom", "bottle", "boulder", "branch", "bread", "breeze",
    "brick", "bridge", "bronze", "brush", "bucket", "butter", "button", "cabin", "cactus", "camel",
    "candle", "canoe", "canvas", "canyon", "carbon", "carpet", "carrot", "castle", "cedar",
    "cellar", "cereal", "chalk", "cherry", "chess", "chimney", "cinema", "circle", "citrus",
    "clay", "cliff", "clock", "clover", "coast", "cobalt", "coffee", "comet", "copper", "coral",
    "corner", "cotton", "cradle", "crayon", "cricket", "crystal", "daisy", "dancer", "desert",
    "diamond", "dolphin", "donkey", "dragon", "drum", "eagle", "earth", "easel", "echo", "elbow",
    "ember", "engine", "falcon", "farmer", "feather", "fern", "ferry", "fiddle", "field", "finger",
    "flame", "flint", "flower", "flute", "forest", "fossil", "fountain", "fox", "garden", "garlic",
    "ginger", "glacier", "globe", "glove", "grape", "gravel", "guitar", "hammer", "harbor",
    "harvest", "hazel", "helmet", "heron", "hickory", "honey", "horizon", "hotel", "island",
    "ivory", "jacket", "jasmine", "jelly", "jewel", "jungle", "kettle", "kitchen", "kitten",
    "ladder", "lagoon", "lantern", "laurel", "lemon", "lentil", "letter", "lilac", "linen",
    "lizard", "lobster", "lotus", "magnet", "mango", "maple", "marble", "meadow", "melon",
    "mirror", "mitten", "monkey", "moss", "mountain", "museum", "mustard", "needle", "nickel",
    "north", "nutmeg", "oasis", "ocean", "olive", "onion", "opal", "orange", "orchard", "orchid",
    "otter", "oyster", "paddle", "palace", "panda", "paper", "parade", "parrot", "peach", "pebble",
    "pencil", "pepper", "piano", "pigeon", "pillow", "pilot", "pine", "planet", "plum", "pocket",
    "pond", "poplar", "poppy", "potato", "prairie", "puzzle", "quartz", "rabbit", "radish",
    "raven", "ribbon", "river", "robin", "rocket", "saddle", "saffron", "salmon", "sandal",
    "sapphire", "scarf", "school", "shadow", "silver", "slate", "sparrow", "spider", "spinach",
    "spruce", "stable", "station", "stone", "storm", "summer", "sunset", "swan", "table", "temple",
    "thistle", "thunder", "tiger", "timber", "tomato", "tower", "trumpet", "tulip", "tunnel",
    "turtle", "valley", "velvet", "violet", "walnut", "water", "willow", "window", "winter",
    "zebra",
];

/// This many random words, separated by spaces.
pub fn phrase(words: usize) -> String {
    let random: Vec<&str> = (0..words)
        .map(|_| WORDS[random_below(256) as usize])
        .collect();
    random.join(" ")
}
