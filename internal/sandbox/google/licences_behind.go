package google

import (
	"slices"
	"time"
)

// What administrators do with licences in the Admin console, and what there is to see of it.

// License assigns a licence to a person.
func (t *Tenant) License(email, product, sku string) {
	t.change(func(s *state, _ time.Time) { s.license(s.mustUser(email), product, sku) })
}

// Unlicense takes a person's licence of a product.
func (t *Tenant) Unlicense(email, product string) {
	t.change(func(s *state, _ time.Time) { delete(s.Licences[product], s.mustUser(email).ID) })
}

// AutoLicense has a product be assigned to everybody by their organizational unit.
func (t *Tenant) AutoLicense(product string) {
	t.change(func(s *state, _ time.Time) { s.Automatic = append(s.Automatic, product) })
}

// Licences are a person's, as "product/sku", sorted.
func (t *Tenant) Licences(email string) []string {
	return read(t, func(s *state) []string { return s.licencesOf(s.mustUser(email)) })
}

func (s *state) licencesOf(u *user) []string {
	list := []string{}
	for product, of := range s.Licences {
		if sku := of[u.ID]; sku != "" {
			list = append(list, product+"/"+sku)
		}
	}
	slices.Sort(list)
	return list
}
