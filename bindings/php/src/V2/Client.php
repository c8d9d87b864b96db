<?php

declare(strict_types=1);

namespace Loginid\V2;

use Loginid\Exception;
use Loginid\Handle;
use Loginid\Listener;
use Loginid\ServiceClient;

/**
 * A client of LoginID's current service (FIDO2 v2). It may also be used in forked children.
 *
 * Every call returns a Result, which is read like an array, or throws an Exception. Options,
 * results and errors are those of all clients.
 */
final class Client implements ClientInterface
{
    use ServiceClient;
    use Api\Authentication;
    use Api\Codes;
    use Api\Grants;
    use Api\Passkeys;
    use Api\Profile;
    use Api\Registration;
    use Api\Tokens;
    use Api\Transactions;
    use Api\Version;

    private const PREFIX = 'lid_v2_';

    /**
     * A client for an application.
     *
     * @param string $baseUrl the application's, from the dashboard
     * @param ?string $apiKey some calls need it
     * @throws Exception
     */
    public function __construct(string $baseUrl, #[\SensitiveParameter] ?string $apiKey = null)
    {
        $this->listener = new Listener();
        $this->handle = Handle::make(self::PREFIX, 'new', \compact('baseUrl', 'apiKey'));
    }
}
