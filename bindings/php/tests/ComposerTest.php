<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The package as Composer installs it into a project. */
final class ComposerTest extends TestCase
{
    protected function setUp(): void
    {
        parent::setUp();
        if (\shell_exec('command -v composer') === null && \getenv('CI') !== 'true') {
            self::markTestSkipped('there is no composer here');
        }
    }

    public function testAProjectThatRequiresThePackageCanUseIt(): void
    {
        $project = \sys_get_temp_dir() . '/loginid-composer-' . \bin2hex(\random_bytes(6));
        \mkdir($project);
        \file_put_contents("$project/composer.json", \json_encode([
            'repositories' => [
                ['type' => 'path', 'url' => \dirname(__DIR__), 'options' => ['symlink' => false]],
                ['packagist.org' => false],
            ],
            'require' => ['loginid/loginid' => '*'],
            'minimum-stability' => 'dev',
        ]));
        $user = $this->user();
        $program = 'require "vendor/autoload.php"; echo Loginid\Client::fromEnv()->getUser($argv[1])["username"];';
        \file_put_contents("$project/program.php", "<?php $program");
        $output = self::shell($project, 'composer --no-interaction --quiet install && php program.php ' . $user);
        self::shell($project, 'rm -r vendor');
        \array_map('unlink', \glob("$project/*"));
        \rmdir($project);
        self::assertSame($user, $output);
    }

    public function testTheManifestIsValid(): void
    {
        self::shell(\dirname(__DIR__), 'composer --no-interaction validate --strict --no-check-publish 2>&1');
        self::assertFileDoesNotExist(\dirname(__DIR__) . '/composer.lock');
    }

    private static function shell(string $folder, string $command): string
    {
        \exec("cd $folder && COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_HOME=$folder/vendor sh -c '$command'", $output, $status);
        $output = \implode("\n", $output);
        self::assertSame(0, $status, $output);
        return $output;
    }
}
