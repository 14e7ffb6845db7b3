package command

import (
	"fmt"
	"slices"

	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/record"
)

// idle tells of workloads that are to have pods and show none, as where pods may not be read: connections begin and end at
// pods, so that nothing is said about them, which must not read as if nothing reached them.
func idle(f *flows, shown []string) string {
	c := f.cluster
	var names []string
	for _, k := range model.Kinds() {
		if !holdsPods(k) {
			continue
		}
		for r := range c.All(k.GroupKind()) {
			w, ok := r.(*record.Workload)
			if !ok || w.Replicas <= 0 || shown != nil && !slices.Contains(shown, w.Namespace) {
				continue
			}
			if ref := w.Ref(); c.TopOwner(w) == ref && !some(f.pods(ref)) {
				names = append(names, output.Word(ref.String()))
			}
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s has no pods, so that nothing is said about it", names[0])
	}
	return fmt.Sprintf("%d workloads have no pods, so that nothing is said about them: %s", len(names), few(names))
}
