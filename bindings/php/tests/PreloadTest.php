<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The package with opcache.preload and ffi.preload under the CLI. */
final class PreloadTest extends TestCase
{
    public function testThePreloadedPackageUsesThePreloadedLibrary(): void
    {
        $user = $this->user();
        // Without preloading this setting allows FFI to the command line as well.
        $answer = $this->runPage(['opcache.enable_cli' => '1'] + Preloading::settings(), $user);
        self::assertSame([$user, true, true], [$answer['user'], $answer['preloaded'], $answer['mayUseFfi']]);
        $answer = $this->runPage(['opcache.enable_cli' => '1'], $user);
        self::assertSame([$user, false, false], [$answer['user'], $answer['preloaded'], $answer['mayUseFfi']]);
    }

    public function testTheCommandOfThePage(): void
    {
        $page = \file_get_contents(__DIR__ . '/../../../docs/php.md');
        \preg_match('/^(php -d opcache.enable_cli=1.*?) program.php$/ms', $page, $command);
        $package = \realpath(__DIR__ . '/..');
        $command = \str_replace('/srv/app/vendor/loginid/loginid', $package, $command[1], $replaced);
        self::assertSame(2, $replaced);
        $user = $this->user();
        $answer = $this->answerOf(['sh', '-c', "$command " . __DIR__ . "/fpm/call.php $user"]);
        self::assertSame([$user, true, true], [$answer['user'], $answer['preloaded'], $answer['mayUseFfi']]);
    }

    /**
     * @param array<string, string> $settings
     * @return array<string, mixed>
     */
    private function runPage(array $settings, string $user): array
    {
        $command = [\PHP_BINARY];
        foreach ($settings as $name => $value) {
            \array_push($command, '-d', "$name=$value");
        }
        \array_push($command, __DIR__ . '/fpm/call.php', $user);
        return $this->answerOf($command);
    }

    /**
     * @param list<string> $command
     * @return array<string, mixed>
     */
    private function answerOf(array $command): array
    {
        $process = \proc_open($command, [1 => ['pipe', 'w']], $pipes, null, Preloading::environment());
        $output = \stream_get_contents($pipes[1]);
        self::assertSame(0, \proc_close($process), $output);
        return \json_decode($output, true, flags: \JSON_THROW_ON_ERROR);
    }
}
