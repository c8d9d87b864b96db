<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** One FastCGI request, as a web server sends it. */
final class FastCgi
{
    private const BEGIN_REQUEST = 1;
    private const END_REQUEST = 3;
    private const PARAMS = 4;
    private const STDIN = 5;
    private const STDOUT = 6;
    private const RESPONDER = 1;

    /** @var resource */
    private $connection;

    /** Sends a request for a script. */
    public function __construct(string $socket, string $script, string $query)
    {
        $this->connection = \stream_socket_client("unix://$socket", $code, $message)
            ?: throw new \RuntimeException("$socket: $message");
        \stream_set_timeout($this->connection, 60);
        $params = [
            'SCRIPT_FILENAME' => $script, 'QUERY_STRING' => $query, 'REQUEST_METHOD' => 'GET',
            'SERVER_PROTOCOL' => 'HTTP/1.1', 'GATEWAY_INTERFACE' => 'CGI/1.1',
        ];
        $pairs = '';
        foreach ($params as $name => $value) {
            $pairs .= \pack('NN', \strlen($name) | 0x80000000, \strlen($value) | 0x80000000) . $name . $value;
        }
        \fwrite($this->connection, self::record(self::BEGIN_REQUEST, \pack('nCx5', self::RESPONDER, 0))
            . self::record(self::PARAMS, $pairs) . self::record(self::PARAMS, '')
            . self::record(self::STDIN, ''));
    }

    /** Waits for the answer, and returns its body. */
    public function body(): string
    {
        $output = '';
        do {
            ['type' => $type, 'length' => $length, 'padding' => $padding]
                = \unpack('Cversion/Ctype/nid/nlength/Cpadding/x', $this->read(8));
            $content = $this->read($length);
            $this->read($padding);
            $output .= $type === self::STDOUT ? $content : '';
        } while ($type !== self::END_REQUEST);
        return \explode("\r\n\r\n", $output, 2)[1] ?? '';
    }

    private static function record(int $type, string $content): string
    {
        return \pack('CCnnCx', 1, $type, 1, \strlen($content), 0) . $content;
    }

    private function read(int $length): string
    {
        $bytes = $length > 0 ? \stream_get_contents($this->connection, $length) : '';
        if (\strlen((string) $bytes) !== $length) {
            throw new \RuntimeException('PHP-FPM ended the connection');
        }
        return $bytes;
    }
}
