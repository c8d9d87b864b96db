<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** PHP's built-in web server, for one script. */
final class WebServer
{
    public readonly string $address;

    /** @var resource */
    private $process;

    /**
     * Starts it with a command that names the address localhost:8000, which is
     * replaced by a free one. In a folder, the file `output` there has what it prints.
     *
     * @param array<string, string> $environment further variables
     */
    public function __construct(string $command, string $script, ?string $folder = null, array $environment = [])
    {
        $free = \stream_socket_server('tcp://127.0.0.1:0');
        $this->address = \stream_socket_get_name($free, false);
        \fclose($free);
        $command = \str_replace(['localhost:8000', 'php '], [$this->address, 'exec ' . \PHP_BINARY . ' '], $command);
        $output = ['file', $folder === null ? '/dev/null' : "$folder/output", 'a'];
        $descriptors = [1 => $output, 2 => $output];
        $this->process = \proc_open("$command $script", $descriptors, $pipes, $folder, $environment + \getenv());
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
