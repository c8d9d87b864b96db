"""Installs what the peers need and builds the programs."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .environment import BENCHES, RELEASE, ROOT, WORK, output_of

DEBIAN_PACKAGES = [
    "ca-certificates",
    "g++",
    "gcc",
    "libc6-dev",
    "libcurl4-openssl-dev",
    "libjwt-dev",
    "libssl-dev",
    "nodejs",
    "npm",
    "php-cli",
    "pkg-config",
    "python3-venv",
    "ruby",
    "ruby-ffi",
    "valgrind",
]
FLAGS = ["-O2", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread"]
# Each program, its sources and its libraries.
PROGRAMS = {
    "ours": (["ours.c", "worker.c"], ["loginid"]),
    "curl": (["curl.c", "bearer.c", "worker.c"], ["loginid", "curl"]),
    "curl_v2": (["curl_v2.c", "worker.c"], ["loginid", "curl"]),
    "openssl": (["openssl.c", "pem.c", "worker.c"], ["crypto"]),
    "libjwt": (["libjwt.c", "pem.c", "worker.c"], ["jwt"]),
    "load_time": (["load_time.c", "worker.c"], ["dl"]),
    "memory": (["memory.c", "worker.c"], ["loginid"]),
    "scale": (["scale.c", "worker.c"], ["loginid"]),
    "allocations": (["allocations.c", "allocator.c", "worker.c"], ["loginid"]),
    "verdicts": (["verdicts.c", "worker.c"], ["loginid"]),
}
# What is preloaded into a worker.
PRELOADED = {
    "allocator": ["allocator.c", "allocations_report.c"],
    "lookups": ["lookups.c"],
}


@dataclass
class Programs:
    """The command of each worker, and the path of the library."""

    workers: dict[str, list[str]]
    load_time: Path
    memory: Path
    allocations: Path
    scale: Path
    verdicts: Path
    # Preloaded into a worker.
    allocator: Path
    lookups: Path
    emulator: Path
    library: Path


BEGAN = time.monotonic()


def say(what):
    """With the seconds since the start."""
    print(f"-- {time.monotonic() - BEGAN:4.0f} s: {what}", file=sys.stderr, flush=True)


def install():
    missing = [name for name in DEBIAN_PACKAGES if not is_installed(name)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing " + " ".join(missing))
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, env=quiet)
    elif missing:
        sys.exit("the benchmark needs these Debian packages: " + " ".join(missing))
    install_python_sdk()
    install_node_sdk()


def is_installed(package):
    # Node is often not installed from its package.
    if package in ("nodejs", "npm") and shutil.which(package.replace("nodejs", "node")):
        return True
    return "ok installed" in output_of(["dpkg-query", "-W", "-f=${Status}", package])


def install_python_sdk():
    venv = WORK / "python"
    requirements = BENCHES / "peers/python/requirements.txt"
    if is_current(venv / "installed", requirements):
        return
    say("installing the Python SDK")
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    subprocess.run([venv / "bin/pip", "install", "-q", "-r", requirements], check=True)
    shutil.copy(requirements, venv / "installed")


def install_node_sdk():
    folder = WORK / "node"
    source = BENCHES / "peers/node"
    if not is_current(folder / "installed", source / "package-lock.json"):
        say("installing the Node SDK")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True)
        shutil.copy(source / "package-lock.json", folder / "installed")
    # Node searches the modules of a script in its folder.
    shutil.copy(source / "worker.js", folder)


def is_current(note, source):
    return note.exists() and note.read_bytes() == source.read_bytes()


def build():
    """Compiles the C programs against the release library, as users do."""
    folder = WORK / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "libloginid.so.0"
    shutil.copy(RELEASE / "libloginid.so", library)
    link(folder / "libloginid.so", "libloginid.so.0")
    for name, (sources, libraries) in PROGRAMS.items():
        command = ["cc", *FLAGS, f"-I{ROOT / 'include'}", "-o", folder / name]
        command += [BENCHES / "c" / source for source in sources]
        command += [f"-L{folder}", "-Wl,-rpath,$ORIGIN", *(f"-l{lib}" for lib in libraries)]
        subprocess.run(command, check=True)
    for name, sources in PRELOADED.items():
        command = ["cc", *FLAGS, "-shared", "-fPIC", "-o", folder / f"{name}.so"]
        subprocess.run([*command, *(BENCHES / "c" / source for source in sources), "-ldl"], check=True)
    return Programs(
        workers=languages(folder) | {
            "libloginid": [str(folder / "ours")],
            "aws-lc-rs": [str(RELEASE / "loginid-bench-raw")],
            "libcurl": [str(folder / "curl")],
            "libcurl + signature": [str(folder / "curl"), "signing"],
            "libcurl, current service": [str(folder / "curl_v2")],
            "OpenSSL": [str(folder / "openssl")],
            "libjwt": [str(folder / "libjwt")],
            "Python SDK": [str(WORK / "python/bin/python"), str(BENCHES / "peers/python/worker.py")],
            "Node SDK": ["node", str(WORK / "node/worker.js")],
        },
        load_time=folder / "load_time",
        memory=folder / "memory",
        allocations=folder / "allocations",
        scale=folder / "scale",
        verdicts=folder / "verdicts",
        allocator=folder / "allocator.so",
        lookups=folder / "lookups.so",
        emulator=RELEASE / "loginid-emulator",
        library=library,
    )


def languages(folder):
    """The bindings as they are in the tree, with the library of the measurement."""
    sources = BENCHES / "languages"
    cpp = ["c++", "-O2", "-std=c++17", f"-I{ROOT / 'include'}", f"-I{BENCHES / 'c'}", "-o", folder / "cpp"]
    cpp += [sources / "cpp.cpp", folder / "worker.o", f"-L{folder}", "-Wl,-rpath,$ORIGIN", "-lloginid", "-pthread"]
    worker = ["cc", *FLAGS, "-c", "-o", folder / "worker.o", BENCHES / "c/worker.c"]
    go = ["go", "build", "-o", folder / "go", "."]
    found = f"Name: loginid\nDescription: of the benchmark\nVersion: 0\nCflags: -I{ROOT / 'include'}\n"
    (folder / "loginid.pc").write_text(f"{found}Libs: -L{folder} -lloginid\n")
    for command in (worker, cpp):
        subprocess.run(command, check=True)
    commands = {"C++": [str(folder / "cpp")]}
    if shutil.which("go"):
        subprocess.run(go, check=True, cwd=sources / "go", env=os.environ | {"PKG_CONFIG_PATH": str(folder)})
        commands["Go"] = ["env", f"LD_LIBRARY_PATH={folder}", str(folder / "go")]
    else:
        say("Go is left out, it is not installed")
    library = f"LOGINID_LIBRARY={folder / 'libloginid.so.0'}"
    python, ruby = ROOT / "bindings/python/src", ROOT / "bindings/ruby/lib"
    for name, command in {
        "Python": [f"PYTHONPATH={python}", WORK / "python/bin/python", BENCHES / "peers/python/libloginid_worker.py"],
        "Ruby": ["ruby", f"-I{ruby}", sources / "ruby.rb"],
        "PHP": ["php", sources / "php.php"],
    }.items():
        commands[name] = ["env", library, *map(str, command)]
    return commands


def link(path, target):
    path.unlink(missing_ok=True)
    path.symlink_to(target)
