<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** A PHP-FPM for a test, with a few workers. */
final class PhpFpm
{
    public const WORKERS = 3;

    private readonly string $folder;
    private readonly string $socket;

    /** @var resource */
    private $process;

    /**
     * @param array<string, string> $settings of php.ini
     * @param array<string, string> $environment of the workers
     * @param string $pool further lines of the pool's configuration
     */
    public function __construct(array $settings, array $environment, string $pool = '')
    {
        $this->folder = \sys_get_temp_dir() . '/loginid-fpm-' . \bin2hex(\random_bytes(6));
        \mkdir($this->folder);
        $this->socket = "$this->folder/socket";
        \file_put_contents("$this->folder/fpm.conf", $this->configuration() . "\n$pool\n");
        $command = [self::program(), '--nodaemonize', '--fpm-config', "$this->folder/fpm.conf"];
        if (\posix_geteuid() === 0) {
            $command[] = '--allow-to-run-as-root';
        }
        foreach ($settings as $name => $value) {
            \array_push($command, '-d', "$name=$value");
        }
        $output = ['file', "$this->folder/output", 'w'];
        $this->process = \proc_open($command, [1 => $output, 2 => $output], $pipes, null, $environment);
        $this->awaitSocket();
    }

    /** Sends a request, and does not wait for its answer. */
    public function request(string $script, string $query): FastCgi
    {
        return new FastCgi($this->socket, $script, $query);
    }

    public function stop(): void
    {
        \proc_terminate($this->process);
        \proc_close($this->process);
        \array_map('unlink', \glob("$this->folder/*"));
        \rmdir($this->folder);
    }

    /** The program of this PHP's version; null if there is none. */
    public static function program(): ?string
    {
        $name = 'php-fpm' . \PHP_MAJOR_VERSION . '.' . \PHP_MINOR_VERSION;
        foreach ([...\explode(\PATH_SEPARATOR, \getenv('PATH')), '/usr/sbin', \PHP_BINDIR] as $folder) {
            foreach ([$name, 'php-fpm'] as $program) {
                if (\is_executable("$folder/$program")) {
                    return "$folder/$program";
                }
            }
        }
        return null;
    }

    private function configuration(): string
    {
        $workers = self::WORKERS;
        $user = \posix_geteuid() === 0 ? "user = root\ngroup = root\n" : '';
        return <<<CONF
            [global]
            error_log = $this->folder/log
            [loginid]
            listen = $this->socket
            pm = static
            pm.max_children = $workers
            clear_env = no
            $user
            CONF;
    }

    private function awaitSocket(): void
    {
        for ($deadline = \time() + 60; !@\stream_socket_client("unix://$this->socket"); \usleep(20_000)) {
            if (\time() > $deadline || !\proc_get_status($this->process)['running']) {
                $output = \file_get_contents("$this->folder/output");
                throw new \RuntimeException("PHP-FPM did not start:\n$output" . @\file_get_contents("$this->folder/log"));
            }
        }
    }
}
