package command

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/leaves"
)

// unjudgedKinds lists the kinds of which nobody but whoever made them knows, and of which the source says that it has not seen all that
// counts: those that hold pod templates which no rule judges.
func unjudgedKinds(report *model.Report) (kinds []schema.GroupKind) {
	for i := range report.Coverage {
		c := &report.Coverage[i]
		if c.State != model.Complete && model.BuiltIn(c.Kind) == nil && model.OptionalKind(c.Kind) == nil && c.Kind.Group != model.GroupOwn {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

// unlooked says where credentials were not looked for, with what would.
func (s *session) unlooked(ctx context.Context, report *model.Report, looked model.SweepOptions) (lines []string) {
	if !looked.CustomResources {
		if names := s.unswept(ctx, report); s.source.Live || len(names) > 0 {
			line := "not looked at: custom resources, and the revisions and templates of pods that are no workloads"
			if !s.source.Live {
				line = "not looked at: custom resources (" + few(names) + ")"
			}
			lines = append(lines, line+": --custom-resources does")
		}
	}
	if !looked.Events {
		if s.source.Live {
			lines = append(lines, "not looked at: Events: --events does")
		} else if events, ok := s.source.Source.(model.EventSource); ok {
			if list, dropped := events.Events(); len(list)+dropped > 0 {
				lines = append(lines, "not looked at: Events: of those in files only what they say of other objects is kept")
			}
		}
	}
	if m, ok := s.source.Source.(interface{ Withheld() string }); ok && m.Withheld() != "" {
		lines = append(lines, m.Withheld())
	}
	return lines
}

// unswept names the kinds in files that are looked at on demand alone.
func (s *session) unswept(ctx context.Context, report *model.Report) (names []string) {
	if s.source.Live {
		return nil
	}
	kinds, err := s.source.Kinds(ctx)
	if err != nil {
		return nil
	}
	for _, k := range kinds {
		held := func(c model.Coverage) bool { return c.Kind == k.GroupKind() && c.Count > 0 }
		if leaves.Swept(k) && slices.ContainsFunc(report.Coverage, held) && !slices.Contains(names, k.Kind) {
			names = append(names, k.Kind)
		}
	}
	slices.Sort(names)
	return names
}
