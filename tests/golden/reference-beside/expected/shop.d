shop.weir.hpp: schema.yaml units.yaml
