package secrets

import (
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// The names of the lists.
const (
	exposuresName    = "exposures"
	inventoryName    = "inventory"
	certificatesName = "certificates"
)

// runs tells the kinds that stand among what runs.
func runs() []string {
	kinds := []string{"Namespace", "Node"}
	for _, k := range model.Kinds() {
		if record.TemplatePath(k.Kind) != "" {
			kinds = append(kinds, k.Kind)
		}
	}
	return kinds
}

// typeOf shortens the type of a Secret to what tells it apart.
func typeOf(t string) string {
	switch t {
	case "":
		return "?"
	case "kubernetes.io/service-account-token":
		return "account token"
	case "bootstrap.kubernetes.io/token":
		return "bootstrap token"
	case "helm.sh/release.v1":
		return "Helm release"
	}
	return strings.TrimPrefix(t, "kubernetes.io/")
}
