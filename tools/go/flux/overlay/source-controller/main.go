// Source controller with the two kinds of source that a delivery is handed off to, a Git repository and an OCI
// artifact: Helm's and the clouds' libraries would make most of the build.
package main

import (
	"os"
	"time"

	flag "github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"
	ctrlcfg "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	artcfg "github.com/fluxcd/pkg/artifact/config"
	artdigest "github.com/fluxcd/pkg/artifact/digest"
	artsrv "github.com/fluxcd/pkg/artifact/server"
	artstore "github.com/fluxcd/pkg/artifact/storage"
	helper "github.com/fluxcd/pkg/runtime/controller"
	"github.com/fluxcd/pkg/runtime/events"
	feathelper "github.com/fluxcd/pkg/runtime/features"
	"github.com/fluxcd/pkg/runtime/logger"
	"github.com/fluxcd/pkg/runtime/metrics"
	"github.com/fluxcd/pkg/runtime/probes"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/fluxcd/source-controller/internal/controller"
	"github.com/fluxcd/source-controller/internal/features"
)

const name = "source-controller"

func main() {
	if err := run(); err != nil {
		ctrl.Log.WithName("setup").Error(err, "source-controller ends")
		os.Exit(1)
	}
}

func run() error {
	var (
		healthAddress   string
		eventsAddress   string
		logOptions      logger.Options
		artifactOptions artcfg.Options
		rateLimiter     helper.RateLimiterOptions
		gates           feathelper.FeatureGates
	)
	flag.StringVar(&healthAddress, "health-addr", ":9440", "The address the health endpoint binds to.")
	flag.StringVar(&eventsAddress, "events-addr", "", "The address of the events receiver.")
	logOptions.BindFlags(flag.CommandLine)
	artifactOptions.BindFlags(flag.CommandLine)
	rateLimiter.BindFlags(flag.CommandLine)
	flag.Parse()
	logger.SetLogger(logger.NewLogger(logOptions))

	if err := gates.SupportedFeatures(features.FeatureGates()); err != nil {
		return err
	}
	manager, err := newManager(healthAddress)
	if err != nil {
		return err
	}
	probes.SetupChecks(manager, ctrl.Log)
	recorder, err := events.NewRecorder(manager, ctrl.Log, eventsAddress, name)
	if err != nil {
		return err
	}
	if artdigest.Canonical, err = artdigest.AlgorithmForName(artifactOptions.ArtifactDigestAlgo); err != nil {
		return err
	}
	storage, err := artstore.New(&artifactOptions)
	if err != nil {
		return err
	}
	measured := helper.NewMetrics(manager, metrics.MustMakeRecorder(), sourcev1.SourceFinalizer)

	if err := (&controller.GitRepositoryReconciler{
		Client: manager.GetClient(), EventRecorder: recorder, Metrics: measured, Storage: storage, ControllerName: name,
	}).SetupWithManagerAndOptions(manager, controller.GitRepositoryReconcilerOptions{
		DependencyRequeueInterval: 30 * time.Second,
		RateLimiter:               helper.GetRateLimiter(rateLimiter),
	}); err != nil {
		return err
	}
	if err := (&controller.OCIRepositoryReconciler{
		Client: manager.GetClient(), EventRecorder: recorder, Metrics: measured, Storage: storage, ControllerName: name,
	}).SetupWithManagerAndOptions(manager, controller.OCIRepositoryReconcilerOptions{
		RateLimiter: helper.GetRateLimiter(rateLimiter),
	}); err != nil {
		return err
	}

	ctx := ctrl.SetupSignalHandler()
	go func() {
		<-manager.Elected()
		if err := artsrv.Start(ctx, &artifactOptions); err != nil {
			ctrl.Log.Error(err, "the server of artifacts ends")
			os.Exit(1)
		}
	}()
	return manager.Start(ctx)
}

func newManager(healthAddress string) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(sourcev1.AddToScheme(scheme))
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	return ctrl.NewManager(config, ctrl.Options{
		Scheme:                 scheme,
		HealthProbeBindAddress: healthAddress,
		Logger:                 ctrl.Log,
		Client: ctrlclient.Options{
			Cache: &ctrlclient.CacheOptions{DisableFor: []ctrlclient.Object{&corev1.Secret{}, &corev1.ConfigMap{}}},
		},
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: ctrlcfg.Controller{RecoverPanic: ptr.To(true), MaxConcurrentReconciles: 2},
	})
}
