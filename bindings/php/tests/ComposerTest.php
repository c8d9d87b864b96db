<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The package as Composer installs it into a project. */
final class ComposerTest extends TestCase
{
    private string $project;

    protected function setUp(): void
    {
        parent::setUp();
        if (\shell_exec('command -v composer') === null && \getenv('CI') !== 'true') {
            self::markTestSkipped('there is no composer here');
        }
        $this->project = \sys_get_temp_dir() . '/loginid-composer-' . \bin2hex(\random_bytes(6));
        \mkdir($this->project);
    }

    protected function tearDown(): void
    {
        \exec('rm -rf ' . \escapeshellarg($this->project));
    }

    /** From the source tree; LOGINID_LIBRARY names the library. packaging/check installs the packages. */
    public function testThePackageIsInstalledFromTheSourceTreeAsThePageSays(): void
    {
        \preg_match('/^```sh\n(cd .*?)^```/ms', \file_get_contents(__DIR__ . '/../../../docs/php.md'), $block);
        [$cd, $config, $require] = \explode("\n", $block[1]);
        self::assertSame('cd /srv/app', $cd);
        $config = \str_replace('/srv/libloginid/bindings/php', \dirname(__DIR__), $config, $replaced);
        self::assertSame(1, $replaced);
        $user = $this->user();
        $program = 'require "vendor/autoload.php"; echo Loginid\Client::fromEnv()->getUser($argv[1])["username"];';
        \file_put_contents("$this->project/program.php", "<?php $program");
        \file_put_contents("$this->project/composer.json", '{}');
        $this->shell($config);
        $this->shell($require);
        self::assertSame($user, $this->shell("php program.php $user"));
    }

    public function testTheManifestIsValid(): void
    {
        $package = \dirname(__DIR__);
        $this->shell("composer validate --strict --no-check-publish $package/composer.json");
        self::assertFileDoesNotExist("$package/composer.lock");
    }

    /** The output of a command in the project. */
    private function shell(string $command): string
    {
        $settings = ['COMPOSER_ALLOW_SUPERUSER' => '1', 'COMPOSER_DISABLE_NETWORK' => '1',
            'COMPOSER_HOME' => "$this->project/home", 'COMPOSER_NO_INTERACTION' => '1'];
        $process = \proc_open(
            ['sh', '-c', "$command 2>&1"],
            [1 => ['pipe', 'w']],
            $pipes,
            $this->project,
            $settings + \getenv(),
        );
        $output = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $output);
        return $output;
    }
}
