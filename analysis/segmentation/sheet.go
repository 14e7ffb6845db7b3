package segmentation

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/workload"
	"canopy/model/record"
)

// sheet is what is asked of a pod template. All pods that have the template share it.
type sheet struct {
	users int
	// host tells that the pods are on the host network, listens that a container declares a port, resolves that they ask
	// the DNS of the cluster.
	host, listens, resolves bool
	// named are the ports with a name, and those by which a name server is asked.
	named []corev1.ContainerPort
	// console is the entry of the table of consoles that an image is of; -1 where there is none.
	console int
	// image is that of the console, and proxy the version of ingress-nginx, where the template runs it.
	image   field
	proxy   version
	proxied field
	// judged tells that danger was worked out; that is done for what faces the outside alone.
	judged bool
	danger []workload.Hit
}

// field is a place in a pod spec with what stands there.
type field struct{ path, value string }

// take gives the sheet of a template, and holds it until let.
func (a *Analyser) take(t record.Template) *sheet {
	t = t.Bare()
	s := a.sheets[t]
	if s == nil {
		s = newSheet(&t.Decode().Spec)
		a.sheets[t] = s
	}
	s.users++
	return s
}

func (a *Analyser) let(t record.Template) {
	t = t.Bare()
	s := a.sheets[t]
	if s.users--; s.users == 0 {
		delete(a.sheets, t)
	}
}

func newSheet(spec *corev1.PodSpec) *sheet {
	s := &sheet{host: spec.HostNetwork, console: -1}
	s.resolves = spec.DNSPolicy == corev1.DNSClusterFirst || spec.DNSPolicy == corev1.DNSClusterFirstWithHostNet || spec.DNSPolicy == ""
	for _, list := range [...]struct {
		name string
		of   []corev1.Container
	}{{"initContainers", spec.InitContainers}, {"containers", spec.Containers}} {
		for i := range list.of {
			c := &list.of[i]
			s.listens = s.listens || len(c.Ports) > 0
			for _, p := range c.Ports {
				if p.Name != "" || p.ContainerPort == dnsPort {
					s.named = append(s.named, p)
				}
			}
			if list.name != "containers" {
				continue
			}
			at := field{index(list.name, i) + ".image", c.Image}
			if s.console < 0 {
				if n := consoleByImage(c.Image); n >= 0 {
					s.console, s.image = n, at
				}
			}
			if v := proxyVersion(c.Image); v.known {
				s.proxy, s.proxied = v, at
			}
		}
	}
	return s
}

// hits judges the template of pods that face the outside.
func (s *sheet) hits(t record.Template) []workload.Hit {
	if !s.judged {
		s.judged = true
		for _, h := range workload.Judge(t.Decode()) {
			if _, ok := dangerOf(&h); ok {
				s.danger = append(s.danger, h)
			}
		}
	}
	return s.danger
}

// repository splits an image into its path, without registry, tag and digest, and its tag.
func repository(image string) (path, tag string) {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image, tag = image[:i], image[i+1:]
	}
	return image, tag
}

// ends tells that a path ends in another, at a slash.
func ends(path, end string) bool {
	return path == end || strings.HasSuffix(path, end) && path[len(path)-len(end)-1] == '/'
}
