<?php

declare(strict_types=1);

namespace Loginid;

/**
 * A client of LoginID's older service, v1; for LoginID's current service see V2\Client. It may
 * also be used in forked children.
 *
 * Every call returns a Result, which is read like an array, or throws an
 * Exception. Calls that take userId and username need one of them, or both.
 */
final class Client implements ClientInterface
{
    use ServiceClient;
    use Api\Authentication;
    use Api\Codes;
    use Api\Credentials;
    use Api\Registration;
    use Api\Tokens;
    use Api\Transactions;
    use Api\Users;

    private const PREFIX = 'lid_';

    /**
     * A client for an application. The private key (PEM) is optional:
     * applications may be public. Without a base URL it is the public service.
     *
     * @throws Exception
     */
    public function __construct(
        string $clientId,
        #[\SensitiveParameter] ?string $privateKey = null,
        ?string $baseUrl = null,
    ) {
        $this->listener = new Listener();
        $this->handle = Handle::make(self::PREFIX, 'new', \compact('clientId', 'privateKey', 'baseUrl'));
    }

    /**
     * A client for a management application.
     *
     * @throws Exception
     */
    public static function management(
        string $clientId,
        #[\SensitiveParameter] string $privateKey,
        ?string $baseUrl = null,
    ): self {
        $arguments = \compact('clientId', 'privateKey', 'baseUrl');
        return self::holding(Handle::make(self::PREFIX, 'new_management', $arguments));
    }
}
