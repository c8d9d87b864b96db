# shellcheck shell=bash
# shellcheck disable=SC2016 # PHP's variables
# What has to work when the Composer packages are installed. packaging/check runs it in their project.
php -r 'require "vendor/autoload.php"; Loginid\Loginid::version();
$loaded = array_unique(preg_grep("/libloginid/", array_map(fn ($line) => trim(strrchr(trim($line), " ")), file("/proc/self/maps"))));
exit(array_values($loaded) === [getcwd() . "/vendor/loginid/loginid/lib/libloginid.so.0"] ? 0 : 1);'
for program in quickstart backend; do
    vendor/bin/loginid-emulator exec -- php -d auto_prepend_file="$PWD/vendor/autoload.php" "${root:?}/examples/php/$program.php"
done
# The helper for tests finds the emulator in its package.
php -r 'require "vendor/autoload.php"; $emulator = Loginid\Testing\Emulator::start();
    echo json_encode($emulator->v2Client()->getVersion()), "\n";'
