package lifecycle

// Removals says up to which minor of Kubernetes the sources of API versions that end tell of any, such as 1.36, and which of them is the
// newest; "" and the zero Source where there is none.
func (t *Tables) Removals() (minor string, newest Source) {
	for s, h := range t.held {
		if s.kind != Deprecations {
			continue
		}
		if source := h.table.Source; source.AsOf > newest.AsOf || source.AsOf == newest.AsOf && source.Name < newest.Name {
			newest = source
		}
	}
	for _, d := range t.ends {
		if d.Component != kubernetesComponent {
			continue
		}
		for _, line := range [...]string{d.Deprecated, d.Removed} {
			if line != "" && (minor == "" || compareLines(line, minor) > 0) {
				minor = line
			}
		}
	}
	return minor, newest
}

// kubernetesComponent is the Component of what ends with Kubernetes itself.
const kubernetesComponent = "k8s"
