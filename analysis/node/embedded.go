package node

import (
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// kubeletPath is where a node tells the version of its kubelet.
const kubeletPath = "status.nodeInfo.kubeletVersion"

// controls tells by the roles of a node that the control plane runs there.
func controls(roles string) bool {
	return slices.ContainsFunc(strings.Split(roles, ","), func(role string) bool { return role == controllers || role == "master" })
}

// embed notes whether the program that is the kubelet of a node is an API server too, as in k3s: then no pod shows it, and the balancer tells
// of one of them alone.
func (r *round) embed(s *seat, v lifecycle.Version, serves bool) {
	was, served := r.embedded[s]
	if serves == served && was == v {
		return
	}
	if delete(r.embedded, s); serves {
		r.embedded[s] = v
	}
	if serves || served {
		r.dirty.plane = true
	}
}

// inside lists the components of the control plane that are in the program of a kubelet.
func (r *round) inside(s *seat) []string {
	if _, serves := r.embedded[s]; !serves {
		return nil
	}
	return []string{lifecycle.APIServer, lifecycle.ControllerManager, lifecycle.Scheduler}
}

// embeddedLines are the versions that such nodes tell, by name.
func (a *Analyser) embeddedLines() []model.Evidence {
	var lines []model.Evidence
	for s := range a.embedded {
		lines = append(lines, model.Evidence{Object: s.ref, Path: kubeletPath, Value: s.kubelet})
	}
	slices.SortFunc(lines, func(x, y model.Evidence) int { return x.Object.Compare(y.Object) })
	return lines
}
