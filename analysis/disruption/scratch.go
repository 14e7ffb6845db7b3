package disruption

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// scratchNames are what people call a volume that holds nothing of worth, and scratchPlaces where such is mounted; they are data.
var (
	scratchNames  = [...]string{"tmp", "temp", "cache", "run", "scratch", "logs"}
	scratchPlaces = [...]string{"/tmp", "/run", "/var/run", "/var/cache"}
)

// scratch tells an emptyDir whose files nobody misses: by its name, since it is in memory, or since it is mounted nowhere else than where
// programs put such.
func scratch(spec *corev1.PodSpec, v *corev1.Volume) bool {
	if v.EmptyDir.Medium == corev1.StorageMediumMemory || slices.Contains(scratchNames[:], v.Name) {
		return true
	}
	mounted := false
	for _, list := range [...][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			for _, m := range list[i].VolumeMounts {
				if m.Name != v.Name {
					continue
				}
				if mounted = true; !slices.ContainsFunc(scratchPlaces[:], func(at string) bool {
					return m.MountPath == at || strings.HasPrefix(m.MountPath, at+"/")
				}) {
					return false
				}
			}
		}
	}
	return mounted
}

// scratched says once for the node how many pods lose such files, and what their volumes are called.
func (d *drain) scratched() {
	if d.wiped == 0 {
		return
	}
	pods := "1 pod loses"
	if d.wiped > 1 {
		pods = fmt.Sprintf("%d pods lose", d.wiped)
	}
	slices.Sort(d.wipes)
	d.found = append(d.found, Obstacle{
		Cause: Scratch, Owner: nodeRef(d.node), Pods: d.wiped,
		Says: pods + " scratch files: emptyDir " + Brief(strings.Join(slices.Compact(d.wipes), ", ")) + "; kubectl drain needs --delete-emptydir-data",
	})
}
