package main

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	"canopy/cmd/canopy-lab/bare"
	"canopy/cmd/canopy-lab/load"
)

func loadCommand() *cobra.Command {
	var kubeconfig string
	var pods int
	var seed uint64
	var minimal bool
	var rate float64
	var duration time.Duration
	cmd := &cobra.Command{
		Use:   "load --kubeconfig FILE [--pods N] [--churn RATE --duration D]",
		Short: "Fill an API server with a large cluster, then change it at a steady rate",
		Long: "Fill an API server with a large cluster, then change it at a steady rate.\n\nThe same seed gives the same cluster. It is made for a lab of etcd and API server alone: " +
			"owners, pods and their statuses are written without controllers.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pods <= 0 && rate <= 0 {
				return errors.New("nothing to do: give --pods or --churn")
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			if pods > 0 {
				draw := load.Realistic
				if minimal {
					draw = load.Minimal
				}
				report, err := load.Write(ctx, config, draw(pods, seed))
				if err != nil {
					return err
				}
				if err := printJSON(cmd.OutOrStdout(), report); err != nil {
					return err
				}
			}
			if rate > 0 {
				report, err := load.Churn(ctx, config, rate, duration, seed)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), report)
			}
			return nil
		},
	}
	kubeconfigFlag(cmd, &kubeconfig)
	cmd.Flags().IntVar(&pods, "pods", 0, "pods to make; with what belongs to them about 2.7 times as many objects")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "what names and shapes are drawn from")
	cmd.Flags().BoolVar(&minimal, "minimal", false, "make small pods without owners, and nothing else")
	cmd.Flags().Float64Var(&rate, "churn", 0, "changes per second, after the pods are made")
	cmd.Flags().DurationVar(&duration, "duration", 30*time.Second, "how long the changes go on")
	return cmd
}

func bareCommand() *cobra.Command {
	var kubeconfig string
	var strip bool
	var idle time.Duration
	cmd := &cobra.Command{
		Use:   "bare --kubeconfig FILE",
		Short: "Measure plain client-go informers over the kinds that Canopy reads",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			report, err := bare.Measure(ctx, config, strip, idle)
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), report)
		},
	}
	kubeconfigFlag(cmd, &kubeconfig)
	cmd.Flags().BoolVar(&strip, "strip-managed-fields", false, "drop managedFields before objects are cached")
	cmd.Flags().DurationVar(&idle, "idle", 0, "measure the processor use for this long after the sync")
	return cmd
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
