package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/cmd/canopy-lab/manifest"
)

func applyCommand() *cobra.Command {
	var kubeconfig string
	cmd := &cobra.Command{
		Use:   "apply --kubeconfig FILE DIR",
		Short: "Apply every YAML file below a directory, statuses and ephemeral containers included",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			objects, unreadable := manifest.Read(args[0])
			return errors.Join(unreadable, applyObjects(ctx, kubeconfig, objects))
		},
	}
	kubeconfigFlag(cmd, &kubeconfig)
	return cmd
}

func applyObjects(ctx context.Context, kubeconfig string, objects []manifest.Object) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	applier, err := manifest.NewApplier(config)
	if err != nil {
		return err
	}
	if err := applier.Apply(ctx, objects); err != nil {
		return fmt.Errorf("not everything was applied:\n%w", err)
	}
	return nil
}
