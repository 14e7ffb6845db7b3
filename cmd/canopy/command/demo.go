package command

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/analysis/catalogue"
	"canopy/analysis/secret/detect"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/demo"
	"canopy/k8s/capture"
	"canopy/model"
	"canopy/ui"
)

const (
	// demoServer is the version of Kubernetes that the bundled cluster runs.
	demoServer = "v1.37.2"
	// demoName is the name by which settings know the demo.
	demoName = "demo"
)

// errDemoLoads tells that nothing can be written yet, which no screen shows before the first report anyway.
var errDemoLoads = errors.New("the demo is not ready yet")

func (r *run) demo() *cobra.Command {
	c := &cobra.Command{
		Use: "demo", Short: "Open the dashboard on a bundled cluster", Args: noArgs,
		Long: "Open the dashboard on a bundled cluster that lives: what happens in it repeats every four minutes. No cluster is needed and\n" +
			"none is contacted.\n\n" + aboutScreen,
		RunE: func(c *cobra.Command, _ []string) error { return r.runDemo(c.Context(), c.Flags()) },
	}
	bindReadOnly(c, r)
	bindJudging(c, &r.judge)
	return c
}

func (r *run) runDemo(ctx context.Context, flags *pflag.FlagSet) error {
	if !r.streams.Screen {
		return errNoScreen
	}
	ctx, over := r.guarded(ctx)
	defer over()
	look := r.look(flags, demoName)
	s, player, err := r.beginDemo(ctx)
	if err != nil {
		return err
	}
	return r.show(ctx, &desk{session: s, run: r, pause: player.Pause}, look)
}

// beginDemo starts an engine on the bundled cluster, and gives the player of what happens in it.
func (r *run) beginDemo(ctx context.Context) (*session, *demo.Player, error) {
	rules, err := catalogue.Load()
	if err != nil {
		return nil, nil, err
	}
	options, allowed, err := r.judgingOptions(demoName)
	if err != nil {
		return nil, nil, err
	}
	clock := connect.ClockFrom(demo.Start)
	player := demo.NewPlayer(clock)
	var open atomic.Pointer[played]
	source := connect.Deferred(func(context.Context) (model.Source, error) {
		jungle, err := demo.New(demo.Start)
		if err != nil {
			return nil, err
		}
		info := model.SourceInfo{Type: "demo", Name: "jungle", Server: demoServer}
		p := &played{Source: capture.FromObjectsWith(jungle.Objects(), info, detect.Default()), jungle: jungle, player: player, log: r.streams.Logs.Logger()}
		open.Store(p)
		return p, nil
	})
	write := func() (model.Writer, error) {
		p := open.Load()
		if p == nil {
			return nil, errDemoLoads
		}
		return demo.NewWriter(p.Source, player, p.jungle), nil
	}
	options.Clock, options.Rules = clock, rules
	known, records, problems, err := r.openScans(ctx, clock, false, options.Images.MaxAge)
	if err != nil {
		return nil, nil, err
	}
	known.barred = errDemoScan
	meter := demo.NewMeter(clock, func() *demo.Crowd {
		if p := open.Load(); p != nil {
			return player.Crowd(p.jungle)
		}
		return nil
	})
	opened := &connect.Opened{Source: source, Name: demoName, Write: write, Meter: meter, Problems: problems}
	s := r.begin(ctx, opened, options, known, records)
	s.allowed = allowed
	return s, player, nil
}

// played is a cluster in memory in which something happens while it is watched.
type played struct {
	*capture.Source
	jungle *demo.Jungle
	player *demo.Player
	log    *slog.Logger
}

// Run runs the source and the player until the context ends, or one of them panics.
func (p *played) Run(ctx context.Context, sink model.Sink) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	var broken *ui.PanicError
	wait.Go(func() {
		defer rescue(func(e *ui.PanicError) { broken = e; cancel() })
		// The cluster can be looked at all the same where nothing happens in it.
		if err := p.player.Run(ctx, p.Source, p.jungle); err != nil {
			p.log.Error("the demo stands still", "error", err)
		}
	})
	defer func() {
		cancel()
		wait.Wait()
		if err == nil && broken != nil {
			err = broken
		}
	}()
	return p.Source.Run(ctx, sink)
}
