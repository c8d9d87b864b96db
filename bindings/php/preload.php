<?php

// For opcache.preload: compiles the package, whose classes may then use FFI with
// the default `ffi.enable=preload`. The library itself is loaded by ffi.preload.

declare(strict_types=1);

foreach (['src/Api', 'src', 'src/Exception', 'src/V2/Api', 'src/V2'] as $folder) {
    foreach (glob(__DIR__ . "/$folder/*.php") as $file) {
        opcache_compile_file($file);
    }
}
