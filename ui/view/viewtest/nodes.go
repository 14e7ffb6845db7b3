package viewtest

import (
	"context"

	"canopy/analysis/engine"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// Metrics is what tests say of metrics and of kubelets.
type Metrics struct {
	// Usage is what was measured; nil is loading. News signals a new one.
	Usage *model.Usage
	News  chan struct{}
	// KubeletErr is why kubelets cannot be asked; Kubelets are those that were. Reviews counts how often it was asked whether they can be.
	KubeletErr error
	Kubelets   []string
	Reviews    int
}

// AskNodes asks the engine.
func (s *Session) AskNodes(ctx context.Context, f func(*engine.Patching)) error {
	return s.Engine.AskNodes(ctx, f)
}

// Tables gives what the engine knows of versions.
func (s *Session) Tables() *lifecycle.Tables { return s.Engine.Tables() }

// Measured gives Usage.
func (m *Metrics) Measured() *model.Usage {
	if m.Usage == nil {
		return &model.Usage{State: model.UsageLoading}
	}
	return m.Usage
}

// Metered gives News; where there is none, a channel that says so.
func (m *Metrics) Metered() (<-chan struct{}, func()) {
	if m.News == nil {
		none := make(chan struct{})
		close(none)
		return none, func() {}
	}
	return m.News, func() {}
}

// KubeletsReadable gives KubeletErr.
func (m *Metrics) KubeletsReadable(context.Context) error {
	m.Reviews++
	return m.KubeletErr
}

// ReadKubelets notes which were asked.
func (m *Metrics) ReadKubelets(_ context.Context, nodes []string, progress func(done, all int)) error {
	m.Kubelets = append(m.Kubelets, nodes...)
	progress(len(nodes), len(nodes))
	return m.KubeletErr
}
