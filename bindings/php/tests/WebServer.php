<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** PHP's built-in web server, for one script. */
final class WebServer
{
    private readonly string $address;

    /** @var resource */
    private $process;

    /**
     * Starts it with a command that names the address localhost:8000, which is
     * replaced by a free one.
     */
    public function __construct(string $command, string $script)
    {
        $free = \stream_socket_server('tcp://127.0.0.1:0');
        $this->address = \stream_socket_get_name($free, false);
        \fclose($free);
        $command = \str_replace(['localhost:8000', 'php '], [$this->address, 'exec ' . \PHP_BINARY . ' '], $command);
        $null = ['file', '/dev/null', 'w'];
        $this->process = \proc_open("$command $script", [1 => $null, 2 => $null], $pipes);
        for ($deadline = \time() + 60; !@\stream_socket_client("tcp://$this->address"); \usleep(20_000)) {
            if (\time() > $deadline || !\proc_get_status($this->process)['running']) {
                throw new \RuntimeException("the web server did not start: $command");
            }
        }
    }

    /** The body of an answer. */
    public function get(string $query): string
    {
        $context = \stream_context_create(['http' => ['ignore_errors' => true]]);
        return (string) \file_get_contents("http://$this->address/?$query", false, $context);
    }

    public function stop(): void
    {
        \proc_terminate($this->process);
        \proc_close($this->process);
    }
}
