package command

import (
	"context"
	"errors"

	"canopy/analysis/engine"
	"canopy/analysis/lifecycle"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/settings"
	"canopy/model"
)

// errNoKubelets tells that there is nobody to ask.
var errNoKubelets = errors.New("what is looked at is no live cluster: no kubelet can be asked")

// notMeasured says why there is no usage where a source has no meter.
func notMeasured(source *connect.Opened) string {
	if source.Live {
		return "measuring is switched off by the setting metrics"
	}
	return "a capture holds no metrics: what nodes and pods use is known of live clusters alone"
}

// measures tells whether settings let the metrics API of a context be asked. What is wrong in them is told where they are shown.
func (r *run) measures(context string) bool {
	paths := r.paths()
	set, _, err := settings.Load(paths.Config, known(paths.Themes))
	return err != nil || set.For(context).Metrics
}

// AskNodes asks what is known of nodes.
func (s *session) AskNodes(ctx context.Context, f func(*engine.Patching)) error {
	done := false
	return s.ask(ctx, func(ctx context.Context) error {
		return s.engine.AskNodes(ctx, func(p *engine.Patching) {
			f(p)
			done = true
		})
	}, func() bool { return done })
}

// Tables is what is known of versions.
func (d *desk) Tables() *lifecycle.Tables { return d.engine.Tables() }

// Measured is what nodes and pods use.
func (d *desk) Measured() *model.Usage {
	d.meter.begin(d.running, d.broke)
	return d.meter.usage()
}

// Metered tells of news of it.
func (d *desk) Metered() (<-chan struct{}, func()) { return d.meter.subscribe() }

// KubeletsReadable says why kubelets cannot be asked.
func (d *desk) KubeletsReadable(ctx context.Context) error { return d.kubeletsReadable(ctx) }

// ReadKubelets asks them.
func (d *desk) ReadKubelets(ctx context.Context, nodes []string, progress func(done, all int)) error {
	return d.readKubelets(ctx, nodes, progress)
}

func (s *session) kubeletsReadable(ctx context.Context) error {
	reader, ok := s.source.Source.(model.KubeletReader)
	if !ok {
		return errNoKubelets
	}
	return reader.KubeletsReadable(ctx)
}

// readKubelets asks kubelets for their configuration; the engine gets what they say.
func (s *session) readKubelets(ctx context.Context, nodes []string, progress func(done, all int)) error {
	reader, ok := s.source.Source.(model.KubeletReader)
	if !ok {
		return errNoKubelets
	}
	return reader.ReadKubelets(ctx, nodes, s.engine, progress)
}
