package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"canopy/cmd/canopy-lab/plane"
	"canopy/cmd/canopy-lab/simulator"
)

// componentCommand runs one component of a lab with that component's own flags. Two Kubernetes components cannot share a process (logging options and the
// signal handler may each be set up once), so the supervisor starts this binary again for each.
func componentCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "component NAME [FLAGS...]",
		Short:              "Run one component (for the supervisor)",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("want the name of a component")
			}
			component, err := newComponent(args[0])
			if err != nil {
				return err
			}
			plane.EndWithParent()
			component.SetArgs(args[1:])
			return component.ExecuteContext(cmd.Context())
		},
	}
}

func newComponent(name string) (*cobra.Command, error) {
	switch name {
	case plane.Etcd:
		return etcdCommand(), nil
	case plane.APIServer:
		return apiserver.NewAPIServerCommand(), nil
	case plane.ControllerManager:
		return controllers.NewControllerManagerCommand(), nil
	case plane.Scheduler:
		return scheduler.NewSchedulerCommand(), nil
	case plane.Nodes:
		return nodesCommand(), nil
	}
	return nil, fmt.Errorf("unknown component %q", name)
}

func etcdCommand() *cobra.Command {
	var dir string
	var client, peer int
	cmd := &cobra.Command{Use: plane.Etcd, RunE: func(cmd *cobra.Command, _ []string) error {
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return plane.RunEtcd(ctx, dir, client, peer)
	}}
	cmd.Flags().StringVar(&dir, "dir", "", "directory of the lab")
	cmd.Flags().IntVar(&client, "client-port", 0, "port for clients")
	cmd.Flags().IntVar(&peer, "peer-port", 0, "port for peers")
	return cmd
}

func nodesCommand() *cobra.Command {
	var kubeconfig string
	var count int
	cmd := &cobra.Command{Use: plane.Nodes, RunE: func(cmd *cobra.Command, _ []string) error {
		config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
		if err != nil {
			return err
		}
		ctx, stop := untilSignal(cmd.Context())
		defer stop()
		return simulator.Run(ctx, config, count)
	}}
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig file")
	cmd.Flags().IntVar(&count, "count", 0, "nodes to make")
	return cmd
}
