"""What do sources share?"""
