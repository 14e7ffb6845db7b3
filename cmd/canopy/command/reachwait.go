package command

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// flowKinds lists the built-in kinds on which an answer about connections rests: what talks, what owns it, what says where it
// runs and may be reached, and what forbids it.
func flowKinds() []schema.GroupKind {
	return groupKinds("Pod", "Namespace", "Node", "NetworkPolicy", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController",
		"Service", "Ingress")
}

// flowHints lists those by which more is known, and nothing is wrong without: which network plug-in there is, which kinds of
// policy it brings, which class an Ingress is of.
func flowHints() []schema.GroupKind {
	return groupKinds("ConfigMap", "CustomResourceDefinition", "EndpointSlice", "IngressClass")
}

func groupKinds(names ...string) []schema.GroupKind {
	kinds := make([]schema.GroupKind, len(names))
	for i, name := range names {
		kinds[i] = model.KindByName(name).GroupKind()
	}
	return kinds
}

// gatherFlows waits until the source has been read as far as connections are concerned, or time is up. That nothing could be
// read is an error; that only what counts here could not is none, since nothing is evaluated then.
func (r *run) gatherFlows(ctx context.Context, s *session) error {
	if s.source.Live {
		if err := r.gatherFlowsLive(ctx, s); err != nil {
			return err
		}
		report := s.engine.Report()
		if _, unread := output.Unread(&model.Report{Coverage: slices.DeleteFunc(slices.Clone(report.Coverage), func(c model.Coverage) bool {
			return !slices.Contains(flowKinds(), c.Kind)
		})}); !unread {
			return nil
		}
	}
	_, err := r.settle(ctx, s)
	return err
}

func (r *run) gatherFlowsLive(ctx context.Context, s *session) error {
	wait, cancel := context.WithTimeout(ctx, r.connect.SyncTimeout)
	defer cancel()
	stop := r.progress(wait, s)
	defer stop()
	late, err := s.await(wait, flowsSeen)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	case late:
		r.warn(fmt.Sprintf("canopy: not everything was read in %s: raise --sync-timeout", r.connect.SyncTimeout))
	}
	return nil
}

// flowsSeen tells that of every kind that counts it is known how well it was seen. Which optional kinds there are is known once
// the definitions of kinds are: a source speaks of them before.
func flowsSeen(report *model.Report) bool {
	kinds := append(flowKinds(), flowHints()...)
	known := map[schema.GroupKind]bool{}
	for _, c := range report.Coverage {
		if !slices.Contains(kinds, c.Kind) && model.FlowKind(c.Kind) == nil {
			continue
		}
		if c.State == model.Loading {
			return false
		}
		known[c.Kind] = true
	}
	return !slices.ContainsFunc(kinds, func(k schema.GroupKind) bool { return !known[k] })
}
