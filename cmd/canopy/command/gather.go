package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// accessKinds lists the kinds on which an answer about permissions rests: what grants, what there is to be granted, whose
// accounts and which provider.
func accessKinds() []schema.GroupKind {
	var kinds []schema.GroupKind
	for _, name := range []string{
		"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "ServiceAccount", "Node",
	} {
		kinds = append(kinds, model.KindByName(name).GroupKind())
	}
	return kinds
}

// versionWait is how long the version of the server is waited for once all else is there: it may name a provider with an
// authorizer of its own.
const versionWait = 2 * time.Second

// gather waits until the source has been read as far as permissions are concerned, or time is up. That nothing could be read
// is an error; that only what counts here could not is none, since the answer is unknown then.
func (r *run) gather(ctx context.Context, s *session) error {
	if s.source.Live {
		if err := r.gatherLive(ctx, s); err != nil || r.gathered(s) {
			return err
		}
	}
	_, err := r.settle(ctx, s)
	return err
}

// gathered tells whether any of the kinds that count could be read.
func (r *run) gathered(s *session) bool {
	_, unread := output.Unread(&model.Report{Coverage: accessCoverage(s.engine.Report())})
	return !unread
}

func (r *run) gatherLive(ctx context.Context, s *session) error {
	wait, cancel := context.WithTimeout(ctx, r.connect.SyncTimeout)
	defer cancel()
	stop := r.progress(wait, s)
	defer stop()
	late, err := s.await(wait, accessSeen)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	case late:
		r.warn(fmt.Sprintf("canopy: not everything was read in %s: raise --sync-timeout", r.connect.SyncTimeout))
		return nil
	}
	// Where the server does not tell its version, the nodes may.
	short, end := context.WithTimeout(wait, versionWait)
	defer end()
	_, err = s.await(short, func(report *model.Report) bool { return report.Source.Server != "" })
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// await waits for a report of which enough holds; late tells that the context ended first.
func (s *session) await(ctx context.Context, enough func(*model.Report) bool) (late bool, err error) {
	news, unsubscribe := s.engine.Subscribe()
	defer unsubscribe()
	for !enough(s.engine.Report()) {
		select {
		case <-news:
		case <-s.failed:
			return false, fmt.Errorf("%s: %w", s.source.Name, s.failure)
		case <-ctx.Done():
			return true, nil
		}
	}
	return false, nil
}

// accessCoverage is the coverage of the kinds that count.
func accessCoverage(report *model.Report) []model.Coverage {
	kinds := accessKinds()
	var list []model.Coverage
	for _, c := range report.Coverage {
		if slices.Contains(kinds, c.Kind) {
			list = append(list, c)
		}
	}
	return list
}

// accessSeen tells that of every kind that counts it is known how well it was seen.
func accessSeen(report *model.Report) bool {
	known := map[schema.GroupKind]bool{}
	for _, c := range accessCoverage(report) {
		if c.State == model.Loading {
			return false
		}
		known[c.Kind] = true
	}
	return len(known) == len(accessKinds())
}
