// Command canopy shows how a Kubernetes cluster can be attacked, and what stops it.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/klog/v2"

	"canopy/cmd/canopy/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// The first signal ends the work in order; with the handler gone a second one ends the process.
	context.AfterFunc(ctx, stop)
	logs := command.NewLogs()
	// Client-go logs through klog, and the HTTP library through the standard logger, both to standard error unless told
	// otherwise.
	slog.SetDefault(logs.Logger())
	klog.SetSlogLogger(logs.Logger())
	os.Exit(command.Run(ctx, os.Args[1:], command.System(logs)))
}
