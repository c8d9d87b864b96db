<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** The package under PHP-FPM, whose workers are forked from one parent. */
final class PhpFpmTest extends TestCase
{
    private const SCRIPT = __DIR__ . '/fpm/call.php';
    private const WAITING_SCRIPT = __DIR__ . '/fpm/wait.php';

    private ?PhpFpm $fpm = null;

    protected function tearDown(): void
    {
        $this->fpm?->stop();
    }

    public function testEachRequestLoadsTheLibrary(): void
    {
        $this->start(['ffi.enable' => 'true'], \getenv());
        $answers = $this->askAllWorkers();
        self::assertSame([false], \array_unique(\array_column($answers, 'preloaded')));
    }

    public function testThePackageIsPreloaded(): void
    {
        $this->start(Preloading::settings(), Preloading::environment());
        $answers = $this->askAllWorkers();
        self::assertSame([true], \array_unique(\array_column($answers, 'preloaded')));
        // FFI is for preloaded classes only, not for pages.
        self::assertSame([false], \array_unique(\array_column($answers, 'mayUseFfi')));
    }

    public function testAPackageThatHasTheLibraryIsPreloadedAsThePageSays(): void
    {
        $folder = \sys_get_temp_dir() . '/loginid-app-' . \bin2hex(\random_bytes(6));
        $package = "$folder/vendor/loginid/loginid";
        $source = __DIR__ . '/..';
        $library = \getenv('LOGINID_LIBRARY');
        self::shell("mkdir -p $package/lib && cp -r $source/src $source/loginid.h $source/preload.php $package"
            . " && cp $library $package/lib/libloginid.so.0");
        try {
            \preg_match('/^sed .*\n?.*loginid-preload.h$/m', \file_get_contents(__DIR__ . '/../../../docs/php.md'), $command);
            self::shell(\str_replace('/srv/app', $folder, $command[0]));
            $environment = Preloading::environment();
            unset($environment['LD_LIBRARY_PATH']);
            $this->start(Preloading::settings($package, "$folder/loginid-preload.h"), $environment);
            foreach ($this->askAllWorkers() as $answer) {
                self::assertSame([true, false], [$answer['preloaded'], $answer['mayUseFfi']]);
                self::assertSame(["$package/lib/libloginid.so.0"], $answer['libraries']);
            }
        } finally {
            self::shell("rm -r $folder");
        }
    }

    private static function shell(string $command): void
    {
        \exec("$command 2>&1", $output, $status);
        self::assertSame(0, $status, \implode("\n", $output));
    }

    public function testAWorkerSurvivesAFailedRequest(): void
    {
        $this->start(['ffi.enable' => 'true'], \getenv());
        for ($i = 0; $i < 2 * PhpFpm::WORKERS; $i++) {
            self::assertSame('user_not_found', $this->answer($this->fpm->request(self::SCRIPT, 'user=nobody'))['user']);
        }
        $this->askAllWorkers();
    }

    public function testRequestTerminateTimeoutEndsAWait(): void
    {
        $user = $this->user();
        $code = $this->client->generateCode('short', self::PURPOSE, username: $user)['code'];
        $this->start(['ffi.enable' => 'true'], \getenv(), 'request_terminate_timeout = 1s');
        $started = \microtime(true);
        $request = $this->fpm->request(self::WAITING_SCRIPT, \http_build_query(['user' => $user, 'code' => $code]));
        $this->thrown(\RuntimeException::class, fn () => $request->body());
        self::assertLessThan(50, \microtime(true) - $started);
        self::assertSame('/authenticate/code/wait', Emulator::lastRequest()->path);
        // Another worker takes its place.
        $this->askAllWorkers();
    }

    /**
     * @param array<string, string> $settings
     * @param array<string, string> $environment
     */
    private function start(array $settings, array $environment, string $pool = ''): void
    {
        if (PhpFpm::program() === null && \getenv('CI') !== 'true') {
            self::markTestSkipped('there is no php-fpm of this version here');
        }
        $this->fpm = new PhpFpm($settings, $environment, $pool);
    }

    /**
     * Asks more often than there are workers, as many at once as there are.
     *
     * @return list<array<string, mixed>>
     */
    private function askAllWorkers(): array
    {
        $users = \array_map(fn () => $this->user(), \range(1, PhpFpm::WORKERS));
        $answers = [];
        for ($round = 0; $round < 5; $round++) {
            // Slow enough for each request to find the other workers busy.
            Emulator::fault('/manage/users/retrieve', ['kind' => 'delay', 'ms' => 300, 'carried_out' => true], 3);
            $requests = \array_map(fn ($user) => $this->fpm->request(self::SCRIPT, "user=$user"), $users);
            $answered = \array_map($this->answer(...), $requests);
            self::assertSame($users, \array_column($answered, 'user'));
            \array_push($answers, ...$answered);
        }
        $processes = \array_unique(\array_column($answers, 'process'));
        self::assertCount(PhpFpm::WORKERS, $processes, 'workers ended, or some were never asked');
        return $answers;
    }

    /** @return array<string, mixed> */
    private function answer(FastCgi $request): array
    {
        $body = $request->body();
        return \json_decode($body, true) ?? throw new \RuntimeException("the page printed: $body");
    }
}
