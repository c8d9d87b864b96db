# shellcheck shell=bash
# What the scripts that build packages share; sourced with VERSION set, in a script that has set
# `root` to the project's folder.

# What a package has may be read by everyone.
umask 022
# Where Cargo builds, also for scripts that change their folder.
target=$(cd "${root:?}" && realpath -m "${CARGO_TARGET_DIR:-target}")
repository=https://github.com/libloginid/libloginid

# settle FOLDER: gives its files the time of the commit and the usual permissions. The same commit gives
# the same package. Cargo must not build after it: with the variable it would build the library again.
settle() {
    export TZ=UTC SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}"
    chmod -R u=rwX,go=rX "$1"
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# readme FILE: prints a page of the project, with links that work in any place.
readme() {
    sed -E "s#\]\((\.\./)+#]($repository/blob/v$VERSION/#g" "$root/$1"
}

# sources FOLDER: unpacks what the library is built from, without the rest of the project.
sources() {
    (cd "$root" && cargo package --locked --quiet -p loginid --no-verify --allow-dirty)
    mkdir -p "$1"
    tar -xzf "$target/package/loginid-$VERSION.crate" --strip-components=1 -C "$1"
}

# licences FOLDER CRATE...: copies the project's licences, and those of what the crates contain.
licences() {
    cp "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$1"
    "$root/packaging/third-party" "$@"
    rm "$1"/*.cdx.json
}

# emulator FOLDER LANGUAGE: fills a folder with what the emulator's package of a language has, besides
# the program.
emulator() {
    mkdir -p "$1"
    cp -R "$root/packaging/$2/emulator/." "$1"
    licences "$1" loginid-emulator
    readme packaging/emulator.md > "$1/README.md"
}
