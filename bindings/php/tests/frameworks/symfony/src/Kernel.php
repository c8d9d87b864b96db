<?php

namespace App;

use Psr\Log\LogLevel;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Log\Logger;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

/** With the settings of a new project. */
class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public function getProjectDir(): string
    {
        return dirname(__DIR__);
    }

    public function registerBundles(): iterable
    {
        return [new FrameworkBundle()];
    }

    private function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => 'of the test',
            'test' => true,
            'router' => ['utf8' => true],
            'session' => [
                'handler_id' => null, 'cookie_secure' => 'auto', 'cookie_samesite' => 'lax',
                'storage_factory_id' => 'session.storage.factory.native',
            ],
            'php_errors' => ['log' => true],
        ]);
        // In place of Monolog.
        $container->services()->set('logger', Logger::class)->args([LogLevel::DEBUG, 'php://stderr']);
        $container->services()->defaults()->autowire()->autoconfigure()
            ->load('App\\', '../src/')->exclude('../src/Kernel.php');
        $container->import('../config/services.yaml');
    }

    private function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->import('../src/Controller/', self::VERSION_ID < 60400 ? 'annotation' : 'attribute');
    }
}
