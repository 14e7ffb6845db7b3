package command

import (
	"context"

	"github.com/spf13/cobra"

	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/demo"
	"canopy/k8s/capture"
	"canopy/model"
)

// demoServer is the version of Kubernetes that the bundled cluster runs.
const demoServer = "v1.37.2"

func (r *run) demo() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Open the dashboard on a bundled cluster", Args: noArgs,
		Long: "Open the dashboard on a bundled cluster. No cluster is needed and none is contacted. Changes that play live are not in this version.",
		RunE: func(c *cobra.Command, _ []string) error { return r.runDemo(c.Context()) },
	}
}

func (r *run) runDemo(ctx context.Context) error {
	if !r.streams.Screen {
		return errNoScreen
	}
	rules, err := catalogue.Load()
	if err != nil {
		return err
	}
	source := connect.Deferred(func(context.Context) (model.Source, error) {
		objects, err := demo.Objects(demo.Start)
		if err != nil {
			return nil, err
		}
		return capture.FromObjects(objects, model.SourceInfo{Type: "demo", Name: "jungle", Server: demoServer}), nil
	})
	s := begin(ctx, &connect.Opened{Source: source, Name: "demo"}, connect.ClockFrom(demo.Start), rules)
	defer s.close()
	return r.show(ctx, s)
}
