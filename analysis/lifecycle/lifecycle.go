// Package lifecycle holds what is known of versions: which are released, until when they are supported and by whom, which of them have
// known vulnerabilities, which API versions end, and which add-ons are given up. It is data with a source and a date; nothing in it is
// ever taken from the network by itself. What no source speaks of is unknown, never good.
package lifecycle

import (
	"fmt"
	"time"
)

// Day is a day in days since 1970, in UTC; zero where none is known.
type Day int32

const day = 24 * time.Hour

// DayOf gives the day of a moment.
func DayOf(t time.Time) Day { return Day(t.UTC().Unix() / int64(day/time.Second)) }

// ParseDay reads 2026-10-28.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, err
	}
	return DayOf(t), nil
}

// Time is its first moment.
func (d Day) Time() time.Time { return time.Unix(int64(d)*int64(day/time.Second), 0).UTC() }

// String writes 2026-10-28; "" for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes 2026-10-28.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2026-10-28; days that no table can mean are refused.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	read, err := ParseDay(string(text))
	if err != nil || !read.sane() {
		return fmt.Errorf("%s is no day between %s and %s", quoted(text), firstDay, lastDay)
	}
	*d = read
	return nil
}

// firstDay and lastDay bound what a table may say: the first release of a system that is told of, and what no promise of support reaches.
const (
	firstDay Day = 7305  // 1990-01-01
	lastDay  Day = 47482 // 2100-01-01
)

func (d Day) sane() bool { return d >= firstDay && d <= lastDay }

// Source says where facts come from, and as of when they are known.
type Source struct {
	// Name is what people know it by, such as "endoflife.date"; URL is where it can be read.
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
	AsOf Day    `json:"asOf"`
	// Licence is that under which the facts are given.
	Licence string `json:"licence,omitempty"`
}

// Cycle is one line of releases of a product as one source tells it, such as minor 1.33 of Kubernetes.
type Cycle struct {
	// Name is 1.33, 24.04, 2023.
	Name string `json:"name"`
	// Released is when it came out; Maintenance when only grave faults are mended any more; End when support ends; Extended when
	// support ends that costs extra or is for the long term. Each is zero where the source does not tell.
	Released    Day `json:"released,omitzero"`
	Maintenance Day `json:"maintenance,omitzero"`
	End         Day `json:"end,omitzero"`
	Extended    Day `json:"extended,omitzero"`
	// Ended tells that the source says it is over, without a day.
	Ended bool `json:"ended,omitempty"`
	LTS   bool `json:"lts,omitempty"`
	// Latest is the newest release that the source knows, Out the day it came out.
	Latest string  `json:"latest,omitempty"`
	Out    Day     `json:"out,omitzero"`
	Source *Source `json:"-"`
}

// Release is one patch version of Kubernetes.
type Release struct {
	// Version is 1.36.6. Out is zero where nobody told.
	Version string  `json:"version"`
	Out     Day     `json:"out,omitzero"`
	Source  *Source `json:"-"`
}

// Products that tables may hold, by the names that endoflife.date gives them.
const (
	Kubernetes = "kubernetes"
	EKS        = "amazon-eks"
	GKE        = "google-kubernetes-engine"
	AKS        = "azure-kubernetes-service"
	OpenShift  = "red-hat-openshift"
	Containerd = "containerd"
	Kernel     = "linux-kernel"

	AlmaLinux     = "almalinux"
	AmazonLinux   = "amazon-linux"
	ContainerOS   = "cos"
	Debian        = "debian"
	Photon        = "vmware-photon"
	RHEL          = "rhel"
	RockyLinux    = "rocky-linux"
	SLES          = "sles"
	SUSEMicro     = "suse-linux-micro"
	Ubuntu        = "ubuntu"
	WindowsServer = "windows-server"
)

// Vulnerability is one of Kubernetes itself, as one source tells it.
type Vulnerability struct {
	// ID is CVE-2025-0426.
	ID        string `json:"id"`
	Summary   string `json:"summary,omitempty"`
	URL       string `json:"url,omitempty"`
	Published Day    `json:"published,omitzero"`
	// Score is that of CVSS; 0 where none is told.
	Score float64 `json:"score,omitempty"`
	// Components are those of Component's names that it is in; empty is any.
	Components []string `json:"components,omitempty"`
	// Systems are those of nodes that it is on, by the names that nodes tell: windows, linux. Empty is any, or that nobody told.
	Systems []string `json:"systems,omitempty"`
	// Ranges are none where the source has taken it back.
	Ranges []Range `json:"ranges"`
	Source *Source `json:"-"`
}

// Range is a run of versions from Introduced (none: from the first) up to and with Last; without Last to below Before; without either to
// below Fixed. Where there is no end at all it is open, and Open says so. Fixed is told apart from Before because some sources say
// "< 1.13.10" of what 1.13.11 mends.
type Range struct {
	Introduced string `json:"from,omitempty"`
	Last       string `json:"last,omitempty"`
	Before     string `json:"before,omitempty"`
	Fixed      string `json:"fixed,omitempty"`
	Open       bool   `json:"open,omitempty"`
}

// Hit is a vulnerability that a component of a version may have.
type Hit struct {
	ID, Summary, URL string
	Published        Day
	Score            float64
	// Per are the sources by which the version is affected, Not those that know the vulnerability and by which it is not.
	Per, Not []*Source
	// Fixed is the lowest version of the same minor, or the next above, that has the fix; "" where none is told.
	Fixed string
	// Open tells that a source that says so gives no end of the range, so that every later version counts.
	Open bool
	// Lasting tells that it lies in what Kubernetes is: no version mends it, and whether it matters depends on the setup.
	Lasting bool
	// Systems are those of nodes that it is on, where all sources that tell any agree; empty is any. Nobody may change them.
	Systems []string
}

// Components of Kubernetes that vulnerabilities name.
const (
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	CloudController   = "cloud-controller-manager"
	Kubelet           = "kubelet"
	Proxy             = "kube-proxy"
)

// Deprecation is the end of an API version of a kind.
type Deprecation struct {
	Group   string `json:"group,omitempty"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
	// Deprecated and Removed are versions of Kubernetes such as 1.22, or of the component that serves it; "" where that is not decided.
	Deprecated string `json:"deprecated,omitempty"`
	Removed    string `json:"removed,omitempty"`
	// Replacement is the API version to go to, Since from when it is served; "" where there is none.
	Replacement string `json:"replacement,omitempty"`
	Since       string `json:"since,omitempty"`
	// Component is k8s, or whose version it is: istio, cert-manager.
	Component string  `json:"component"`
	Source    *Source `json:"-"`
}

// AddOn is a product that runs in clusters and is given up, or a version of one.
type AddOn struct {
	Name string `json:"name"`
	// Images are repositories without registry, or the end of one after a slash: ingress-nginx/controller.
	Images []string `json:"images"`
	End    Day      `json:"end,omitzero"`
	// Why says what became of it, Instead what to go to, URL where its makers say so.
	Why     string `json:"why"`
	Instead string `json:"instead,omitempty"`
	// Unless says what would make it untrue of an image, as where whoever builds it may mend it; "" for nothing.
	Unless string  `json:"unless,omitempty"`
	URL    string  `json:"url"`
	Source *Source `json:"-"`
}

// Set is one table, for people who ask how old the data is.
type Set struct {
	// Name is support, releases, vulnerabilities, deprecations, add-ons; with the product where it is one of many.
	Name    string
	Entries int
	Source  Source
	// Origin is bundled, or file where the user took it with "canopy data update".
	Origin string
	// Part tells of vulnerabilities that they are some of those that the source knows.
	Part bool
}

// StaleAfter is the age at which people are warned that data is old.
const StaleAfter = 60 * day

// DueBefore is how long before the end of support people are told.
const DueBefore = 90 * day
