package view

// Themes lists the themes by which rules are grouped, in the order in which screens show them. The ids are those of the
// catalogue.
func Themes() []string {
	return []string{"least-privilege", "network", "pod-security", "images", "secrets", "patching", "activity", "audits"}
}
