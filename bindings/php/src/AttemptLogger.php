<?php

declare(strict_types=1);

namespace Loginid;

use Psr\Log\LoggerInterface;

/**
 * Logs each HTTP attempt with a PSR-3 logger: `$client->onAttempt(new AttemptLogger($logger))`.
 * A success has the level debug, a failure warning. The context has the members of the event.
 */
final class AttemptLogger
{
    public function __construct(private readonly LoggerInterface $logger)
    {
    }

    /** @param array<string, mixed> $event */
    public function __invoke(array $event): void
    {
        if ($event['code'] === null) {
            $this->logger->debug('LoginID {operation}: HTTP {http_status}', $event);
        } elseif ($event['http_status'] === null) {
            $this->logger->warning('LoginID {operation}: {code}, request {request_id}', $event);
        } else {
            $this->logger->warning('LoginID {operation}: HTTP {http_status}, {code}, request {request_id}', $event);
        }
    }
}
