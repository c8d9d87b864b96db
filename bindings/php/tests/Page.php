<?php

declare(strict_types=1);

namespace Loginid\Tests;

/** What a browser does for the page of docs/v2/web.md: it sends JSON, and keeps the cookies of the site. */
final class Page
{
    /** @var array<string, string> */
    public array $cookies = [];

    public function __construct(private readonly string $address)
    {
    }

    /**
     * A request with these headers, and what the body is as JSON.
     *
     * @param list<string> $headers
     * @return array{int, mixed, array<string, string>} the status, the JSON of the answer, its headers
     */
    public function send(string $method, string $path, mixed $body = null, array $headers = []): array
    {
        $headers = [...$headers, 'Content-Type: application/json'];
        return $this->sendText($method, $path, $body === null ? '' : \json_encode($body), $headers);
    }

    /**
     * @param list<string> $headers
     * @return array{int, mixed, array<string, string>}
     */
    public function sendText(string $method, string $path, string $body, array $headers): array
    {
        $pair = static fn (string $name, string $value): string => "$name=$value";
        $cookies = \array_map($pair, \array_keys($this->cookies), $this->cookies);
        $context = \stream_context_create(['http' => [
            'method' => $method, 'content' => $body, 'ignore_errors' => true, 'timeout' => 60,
            'header' => [...$headers, 'Cookie: ' . \implode('; ', $cookies)],
        ]]);
        $stream = \fopen("http://$this->address$path", 'r', false, $context);
        $lines = \stream_get_meta_data($stream)['wrapper_data'];
        $status = (int) \explode(' ', \array_shift($lines))[1];
        $received = [];
        foreach ($lines as $line) {
            [$name, $value] = \explode(': ', $line, 2) + [1 => ''];
            $received[\strtolower($name)] = $value;
            if (\strtolower($name) === 'set-cookie') {
                [$cookie, $content] = \explode('=', \explode(';', $value)[0], 2);
                $this->cookies[$cookie] = $content;
            }
        }
        return [$status, \json_decode(\stream_get_contents($stream), true), $received];
    }
}
