"""Music by other composers, read from scores and arranged for the studio's instruments."""
