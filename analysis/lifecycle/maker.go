package lifecycle

import "strings"

// Makers of builds of Kubernetes that no table is bundled of, by the names that Version.Provider has for them.
const (
	// EKSDistro is what Amazon gives away, and EKS Anywhere runs on: no support of EKS reaches it.
	EKSDistro  = "eks-distro"
	Tanzu      = "tanzu"
	AlibabaACK = "alibaba-ack"
	TencentTKE = "tencent-tke"
	IBMIKS     = "ibm-iks"
)

// Brand writes a maker of builds of Kubernetes as people know it.
func Brand(product string) string {
	switch product {
	case EKS:
		return "EKS"
	case EKSDistro:
		return "EKS Distro"
	case GKE:
		return "GKE"
	case AKS:
		return "AKS"
	case OpenShift:
		return "OpenShift"
	case Tanzu:
		return "Tanzu"
	case AlibabaACK:
		return "Alibaba ACK"
	case TencentTKE:
		return "Tencent TKE"
	case IBMIKS:
		return "IBM Cloud Kubernetes Service"
	case "rke2":
		return "RKE2"
	}
	return product
}

// Mender names, as people know it, whoever mends in builds of its own: what upstream mends in a newer version it may mend in an older one,
// and offer at another time. "" where nobody does. Verdicts on nodes and the plan of upgrades go by this one list.
func Mender(product string) string {
	switch product {
	case EKS, EKSDistro, GKE, AKS, OpenShift, Tanzu, AlibabaACK, TencentTKE, IBMIKS:
		return Brand(product)
	}
	return ""
}

// maker tells who appended a suffix to a version. Each of these writes it into the version of its kubelet, or into tags of its images.
func maker(suffix string) string {
	lower := strings.ToLower(suffix)
	for _, known := range [...]struct{ prefix, name string }{
		{"eksbuild", EKS}, {"eks", EKS}, {"gke", GKE}, {"rke2r", "rke2"}, {"k3s", "k3s"}, {"k0s", "k0s"},
		{"vmware", Tanzu}, {"aliyun", AlibabaACK}, {"tke", TencentTKE}, {"iks", IBMIKS},
	} {
		after, found := strings.CutPrefix(lower, known.prefix)
		switch {
		case !found || after != "" && after[0] >= 'a' && after[0] <= 'z':
		case known.prefix == "eks" && numbered(after):
			return EKSDistro
		default:
			return known.name
		}
	}
	return ""
}

// numbered tells -1-31-40, as the distribution of EKS counts its releases of a minor, from the hash that EKS itself writes.
func numbered(text string) bool {
	parts := strings.Split(text, "-")
	if len(parts) != 4 || parts[0] != "" {
		return false
	}
	for _, p := range parts[1:] {
		if _, rest, ok := number(p); !ok || rest != "" {
			return false
		}
	}
	return true
}
