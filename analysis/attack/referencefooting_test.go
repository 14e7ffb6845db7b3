package attack

import (
	"slices"

	"canopy/model"
)

// from gives the least cost of all that somebody can come to from a place.
func (m *atlas) from(start string) map[string]int {
	cost := map[string]int{start: 0}
	// Bellman and Ford: as long as anything becomes cheaper.
	for changed := true; changed; {
		changed = false
		for at, have := range cost {
			for to, more := range m.arcs[at] {
				if old, ok := cost[to]; !ok || have+more < old {
					cost[to], changed = have+more, true
				}
			}
		}
	}
	return cost
}

// footing tells whether what a need changes is there: somebody who may not make owners of pods needs one to change. The dice throws no custom
// kinds, so there are none.
func (m *atlas) footing(s model.Subject, alone bool, e *model.Edge, n *model.Need, wide bool, place string) bool {
	if n.Served {
		return false
	}
	kinds := map[string]string{"deployments": "Deployment", "daemonsets": "DaemonSet", "replicasets": "ReplicaSet", "statefulsets": "StatefulSet", "cronjobs": "CronJob", "replicationcontrollers": "ReplicationController"}
	if kinds[n.Resources[0]] == "" || e.Leads == "impact" {
		return true
	}
	for _, r := range n.Resources {
		only := *n
		only.Resources = []string{r}
		if kinds[r] == "" || slices.Contains(n.Verbs, "create") {
			only.Verbs = []string{"create"}
			if is, _ := m.meets(s, alone, &only, wide, place); is > 0 {
				return true
			}
		}
		only.Verbs = []string{"update", "patch"}
		if is, _ := m.meets(s, alone, &only, wide, place); is == 0 || kinds[r] == "" {
			continue
		}
		for ref := range m.objects {
			if ref.Kind == kinds[r] && (place == "" || ref.Namespace == place) {
				return true
			}
		}
	}
	return false
}
